using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Amazon.S3;
using Amazon.S3.Model;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Conformance.Emulators;

namespace WorkerFleet.Acceptance.Cloud;

/// <summary>Sources and results in S3, with the store on this machine.</summary>
public sealed class S3BatchTests : IAsyncLifetime
{
    private static readonly string[] Echo = ["--agent", "echo", "--prompt", "{{city}}"];

    private readonly Workspace _fleet = Workspace.Create();
    private readonly string _bucket = $"batches-{Guid.CreateVersion7():N}";
    private IAmazonS3 _s3 = null!;

    public async Task InitializeAsync()
    {
        var emulator = await S3Emulator.StartAsync();
        foreach (var (name, value) in emulator.Environment)
            _fleet.Environment[name] = value;
        _s3 = emulator.CreateClient();
        await _s3.PutBucketAsync(_bucket);
    }

    public async Task DisposeAsync()
    {
        _s3.Dispose();
        await _fleet.DisposeAsync();
    }

    [Fact]
    public async Task Run_SourceAndResultsInS3_EndsWithAWholeExport()
    {
        var rows = await PutRowsAsync("in/rows.csv", 3_000);

        (await _fleet.RunAsync(["run", $"s3://{_bucket}/in/rows.csv", .. Echo, "--output", $"s3://{_bucket}/out/first/"]))
            .ShouldBe(0);

        var results = (await GetAsync("out/first/results.jsonl")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(rows.Count, results.Length);
        Assert.Equal(
            rows, results.Select(line => JsonElement.Parse(line).GetProperty("input").GetProperty("city").GetString()));
        await AssertManifestAsync("out/first/");
        var report = await _fleet.AuditAsync();
        Assert.Contains($"4 files in s3://{_bucket}/out/first.", report.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_fleet["results"]));
        Assert.Empty(await UnfinishedAsync());
    }

    [Fact]
    public async Task Results_IntoAPlaceThatHoldsOlderOnes_ReplacesThemAndTheirManifest()
    {
        await PutRowsAsync("rows.csv", 10);
        var output = $"s3://{_bucket}/out";
        (await _fleet.RunAsync(["run", $"s3://{_bucket}/rows.csv", .. Echo, "--output", output])).ShouldBe(0);
        var old = await GetAsync("out/manifest.json");
        await PutRowsAsync("rows.csv", 20);
        (await _fleet.RunAsync(["run", $"s3://{_bucket}/rows.csv", .. Echo, "--output", output])).ShouldBe(0);

        Assert.NotEqual(old, await GetAsync("out/manifest.json"));
        await AssertManifestAsync("out/");
        // A crash of an export left this; the next one ends it.
        await _s3.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = _bucket, Key = "out/results.jsonl" });

        var exit = (await _fleet.RunAsync("results", "--output", $"{output}/", "--json")).ShouldBe(0);

        Assert.True(exit.Json().GetProperty("complete").GetBoolean());
        await AssertManifestAsync("out/");
        Assert.Empty(await UnfinishedAsync());
    }

    [Fact]
    public async Task Run_KilledWhileItRuns_LeavesNoResultsAndResumesToWholeOnes()
    {
        await PutRowsAsync("rows.csv", 400);
        await using var agent = await RecordingAgent.StartAsync();
        agent.Hold(letThrough: 100);
        var run = await _fleet.StartAsync(
            "run", $"s3://{_bucket}/rows.csv", "--agent-url", agent.Url, "--prompt", "{{city}}",
            "--output", $"s3://{_bucket}/out", "--concurrency", "4");
        await Wait.UntilAsync(() => agent.InFlight == 4 && agent.Answered == 100, "rows in flight");
        await run.KillAsync();
        Assert.Empty(await KeysAsync("out/"));
        agent.Release();

        (await _fleet.RunAsync("resume")).ShouldBe(0);

        await AssertManifestAsync("out/");
        Assert.Equal(400, (await GetAsync("out/results.jsonl")).Count(character => character == '\n'));
    }

    public static TheoryData<string, string> BadSources => new()
    {
        { "s3://{0}/none.csv", "error: s3://{0}/none.csv: there is no such object" },
        { "s3://no-such-bucket/rows.csv", "error: s3://no-such-bucket/rows.csv: there is no such bucket" },
        { "s3://{0}", "error: s3://{0}: names a bucket alone" },
        { "s3://{0}/folder/", "error: s3://{0}/folder/: ends in a slash" },
        { "s3://Bad_Bucket/rows.csv", "error: s3://Bad_Bucket/rows.csv: 'Bad_Bucket' is no name of a bucket" },
        { "s3://{0}/rows", "error: s3://{0}/rows does not show its format" },
    };

    [Theory]
    [MemberData(nameof(BadSources))]
    public async Task Run_SourceThatCannotBeRead_IsRefusedInOneLine(string source, string expected)
    {
        await PutAsync("rows", "city\nRome\n");

        await ShouldBeRefusedAsync(Filled(expected), ["run", Filled(source), .. Echo]);
    }

    [Theory]
    [InlineData("s3://no-such-bucket/out", "error: --output s3://no-such-bucket/out: there is no such bucket")]
    [InlineData("s3://", "error: --output s3://: names no bucket")]
    public async Task Run_OutputThatCannotBeWritten_IsRefusedBeforeAnythingIsBegun(string output, string expected)
    {
        await PutRowsAsync("rows.csv", 2);

        await ShouldBeRefusedAsync(expected, ["run", Filled("s3://{0}/rows.csv"), .. Echo, "--output", output]);
    }

    [Theory]
    [InlineData("AccessDenied", "access denied (AccessDenied on purpose); see deploy/iam")]
    [InlineData("InvalidAccessKeyId", "the AWS credentials are not accepted (InvalidAccessKeyId)")]
    [InlineData("ExpiredToken", "the AWS credentials have expired (ExpiredToken); sign in again")]
    public async Task Run_Refused_SaysWhatByOneLine(string code, string expected)
    {
        _fleet.Environment["AWS_ACCESS_KEY_ID"] = $"REFUSE-{code}";

        await ShouldBeRefusedAsync(
            Filled("error: s3://{0}/rows.csv: ") + expected, ["run", Filled("s3://{0}/rows.csv"), .. Echo]);
    }

    [Fact]
    public async Task Run_NoCredentials_SaysSo()
    {
        _fleet.Environment.Remove("AWS_ACCESS_KEY_ID");
        _fleet.Environment.Remove("AWS_SECRET_ACCESS_KEY");
        // Nor those of whoever runs the tests.
        _fleet.Environment["HOME"] = _fleet.Folder;
        _fleet.Environment["AWS_SHARED_CREDENTIALS_FILE"] = _fleet["none"];

        await ShouldBeRefusedAsync(
            Filled("error: s3://{0}/rows.csv: no AWS credentials were found"), ["run", Filled("s3://{0}/rows.csv"), .. Echo]);
    }

    [Fact]
    public async Task Run_NobodyThere_SaysSo()
    {
        _fleet.Environment["AWS_ENDPOINT_URL_S3"] = "http://127.0.0.1:9";
        _fleet.Environment["AWS_MAX_ATTEMPTS"] = "1";

        await ShouldBeRefusedAsync(
            Filled("error: s3://{0}/rows.csv: AWS cannot be reached"), ["run", Filled("s3://{0}/rows.csv"), .. Echo]);
    }

    private async Task ShouldBeRefusedAsync(string expected, string[] arguments)
    {
        var exit = (await _fleet.RunAsync(arguments)).ShouldBe(2);

        Assert.Empty(exit.Output);
        var line = Assert.Single(exit.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith(expected, line, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
    }

    private string Filled(string text) => text.Replace("{0}", _bucket, StringComparison.Ordinal);

    private async Task<List<string>> PutRowsAsync(string key, int count)
    {
        var rows = Enumerable.Range(0, count).Select(number => $"city {number}").ToList();
        await PutAsync(key, "city\n" + string.Join('\n', rows) + "\n");
        return rows;
    }

    private Task PutAsync(string key, string text) => _s3.PutObjectAsync(
        new PutObjectRequest { BucketName = _bucket, Key = key, ContentBody = text });

    private async Task<string> GetAsync(string key)
    {
        using var response = await _s3.GetObjectAsync(_bucket, key);
        using var reader = new StreamReader(response.ResponseStream);
        return await reader.ReadToEndAsync();
    }

    private async Task<List<string>> KeysAsync(string prefix)
    {
        var page = await _s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _bucket, Prefix = prefix });
        return [.. (page.S3Objects ?? []).Select(found => found.Key)];
    }

    private async Task<List<string>> UnfinishedAsync()
    {
        var page = await _s3.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = _bucket });
        return [.. (page.MultipartUploads ?? []).Select(upload => upload.Key)];
    }

    private async Task AssertManifestAsync(string prefix)
    {
        var manifest = JsonElement.Parse(await GetAsync($"{prefix}manifest.json"));
        var files = manifest.GetProperty("files").EnumerateArray().ToList();
        Assert.Equal(4, files.Count);
        foreach (var file in files)
        {
            var content = Encoding.UTF8.GetBytes(await GetAsync(prefix + file.GetProperty("name").GetString()));
            Assert.Equal(file.GetProperty("bytes").GetInt64(), content.Length);
            Assert.Equal(file.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(content)));
        }
        Assert.Equal(5, (await KeysAsync(prefix)).Count);
    }
}
