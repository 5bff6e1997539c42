using System.Net;
using System.Text;
using System.Text.Json;
using WorkerFleet.Api.Problems;
using WorkerFleet.Batches;

namespace WorkerFleet.Tests.Api;

public sealed class SubmissionRoutesTests : IAsyncLifetime
{
    private const string Rows = "id,city\n1,Oslo\n2,Bergen\n3,Narvik\n";

    private ApiFixture _api = null!;
    private string _root = "";

    public async Task InitializeAsync()
    {
        _root = Path.Combine(Path.GetTempPath(), $"fleet-roots-{Guid.CreateVersion7():N}");
        Directory.CreateDirectory(Path.Combine(_root, "sources"));
        _api = await ApiFixture.StartAsync(
            new() { RequestsPerSecond = 0, MaxUploadBytes = 10_000, Roots = [Path.Combine(_root, "sources")] },
            settings: new() { ["Fleet:Defaults:Attempts"] = "5" });
    }

    public async Task DisposeAsync()
    {
        await _api.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Submit_Upload_RunsWithItsOptionsAndTheDefaultsOfTheHost()
    {
        using var ann = _api.As("ann", "submit");
        using var response = await ann.PostAsync("/api/v1/batches", Form(
            Rows, ("agent", "agent"), ("prompt", "Where is {{city}}?"), ("id_column", "id"), ("concurrency", "4"),
            ("tolerate", "10"), ("tolerate", "50%"), ("stop-on-first-failure", "false")));

        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        var body = await response.BodyAsync();
        var batch = body.GetProperty("batch_id").GetGuid();
        Assert.Equal($"/api/v1/batches/{batch}", response.Headers.Location?.OriginalString);
        Assert.Equal((3, false), (body.GetProperty("rows").GetInt64(), body.GetProperty("existing").GetBoolean()));
        var ended = await _api.EndsAsync(batch);
        Assert.Equal(("ann", "rows.csv", 4, 5, 10L, null), (
            ended!.Spec.Owner, ended.Spec.Name, ended.Spec.Limits.Concurrency, ended.Spec.Retry.MaxAttempts,
            ended.Spec.Failures.ToleratedCount, ended.Output));
        Assert.Equal(["id", "city"], ended.Spec.Source.Columns);
        Assert.Equal(3, _api.Agents.Calls.Count);
    }

    [Fact]
    public async Task Submit_SameUploadTwiceWithoutKey_AreTwoBatches()
    {
        var first = await SubmittedAsync(key: null);
        var second = await SubmittedAsync(key: null);

        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public async Task Submit_SameKeyAgain_IsTheSameBatchAndOnlyForThatOwner()
    {
        var first = await SubmittedAsync("k1");
        var second = await SubmittedAsync("k1");
        using var bob = _api.As("bob", "submit");
        var other = await SubmittedAsync("k1", bob);

        Assert.Equal((first.Id, true), second);
        Assert.False(first.Existing || other.Existing);
        Assert.NotEqual(first.Id, other.Id);
        Assert.Equal(2, (await _api.Get<IBatchStore>().ListAsync(null, false, 10, CancellationToken.None)).Count);
    }

    [Theory]
    [InlineData(Rows + "4,Voss\n", "3")]
    [InlineData(Rows, "4")]
    public async Task Submit_SameKeyWithAnotherSourceOrOption_Is422(string rows, string attempts)
    {
        await SubmittedAsync("k2");
        using var response = await PostAsync("k2", rows, attempts);

        await ApiAssert.ProblemAsync(response, HttpStatusCode.UnprocessableEntity, ProblemTypes.KeyReused);
    }

    [Fact]
    public async Task Submit_RefusedWithAKey_MayBeRepeatedWithOtherOptions()
    {
        using (var refused = await PostAsync("k3", Rows, "3", ("id-column", "nothing")))
            await ApiAssert.ProblemAsync(refused, HttpStatusCode.BadRequest, ProblemTypes.BadRequest);

        Assert.False((await SubmittedAsync("k3")).Existing);
    }

    [Fact]
    public async Task Submit_SeveralMistakes_AreToldAtOnceByTheirFields()
    {
        using var ann = _api.As("ann", "submit");
        using var response = await ann.PostAsync("/api/v1/batches", Form(
            Rows, ("concurency", "4"), ("agent-url", "http://127.0.0.1/"), ("attempts", "0"), ("owner", "bob"),
            ("template", "{"), ("output", "/tmp/out"), ("retry-delay", "2s"), ("retry-max-delay", "1s")));

        var problem = await ApiAssert.ProblemAsync(response, HttpStatusCode.BadRequest, ProblemTypes.BadRequest);
        var errors = problem.GetProperty("errors").EnumerateArray().Select(error => error.GetString()!).ToList();
        foreach (var part in (string[])[
            "concurency: there is no such field; did you mean 'concurrency'?", "agent-url: agents are not named",
            "attempts: '0' is not", "owner: is that of your key, 'ann'", "template:1: is not valid JSON",
            "output: '/tmp/out' is not below any of the roots", "retry-max-delay: 1s is shorter than retry-delay 2s",
            "agent: no agent is chosen"])
            Assert.Contains(errors, error => error.StartsWith(part, StringComparison.Ordinal));
        Assert.DoesNotContain("--", problem.ToString(), StringComparison.Ordinal);
        Assert.Empty(await _api.Get<IBatchStore>().ListAsync(null, false, 10, CancellationToken.None));
    }

    [Fact]
    public async Task Submit_SourceTooLarge_Is413AndLeavesNothing()
    {
        using var response = await _api.Client.PostAsync("/api/v1/batches", Form(
            "id\n" + new string('1', 10_000), ("agent", "agent")));

        await ApiAssert.ProblemAsync(response, HttpStatusCode.RequestEntityTooLarge, ProblemTypes.TooLarge);
        Assert.Empty(Blobs());
    }

    [Fact]
    public async Task Submit_OptionBehindTheSource_Is400AndLeavesNothing()
    {
        using var form = Form(Rows, ("agent", "agent"));
        form.Add(new StringContent("7"), "concurrency");
        using var response = await _api.Client.PostAsync("/api/v1/batches", form);

        var problem = await ApiAssert.ProblemAsync(response, HttpStatusCode.BadRequest, ProblemTypes.BadRequest);
        Assert.Contains("has to be the last part", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(Blobs());
        Assert.Empty(await _api.Get<IBatchStore>().ListAsync(null, false, 10, CancellationToken.None));
    }

    [Theory]
    [InlineData("text/csv", "id\n1\n", HttpStatusCode.UnsupportedMediaType, ProblemTypes.UnsupportedMedia)]
    [InlineData("multipart/form-data", "x", HttpStatusCode.BadRequest, ProblemTypes.BadRequest)]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=agent\r\n\r\nx",
        HttpStatusCode.BadRequest,
        ProblemTypes.BadRequest)]
    [InlineData("multipart/form-data; boundary=b", "--b--\r\n", HttpStatusCode.BadRequest, ProblemTypes.BadRequest)]
    public async Task Submit_BrokenBody_IsAProblem(string contentType, string body, HttpStatusCode status, string type)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await _api.Client.PostAsync("/api/v1/batches", content);

        await ApiAssert.ProblemAsync(response, status, type);
    }

    [Fact]
    public async Task Submit_SourceBelowARoot_IsReadFromThere()
    {
        await File.WriteAllTextAsync(Path.Combine(_root, "sources", "cities.csv"), Rows);
        using var response = await _api.Client.PostAsync("/api/v1/batches", """
            {"source": "cities.csv", "options": {"agent": "agent", "template": {"q": "{{city}}"}, "concurrency": 3,
             "pass_through": ["id", "city"], "owner": "cleo"}}
            """);

        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        var ended = await _api.EndsAsync((await response.BodyAsync()).GetProperty("batch_id").GetGuid());
        Assert.Equal(("cleo", "cities.csv", 3), (ended!.Spec.Owner, ended.Spec.Name, ended.Spec.Limits.Concurrency));
        Assert.Equal(["id", "city"], ended.Spec.Mapping.PassThrough);
    }

    [Fact]
    public async Task Submit_SourceOutsideTheRoots_Is400HoweverItIsWritten()
    {
        var secret = Path.Combine(_root, "secret.csv");
        await File.WriteAllTextAsync(secret, Rows);
        Directory.CreateDirectory(Path.Combine(_root, "sources2"));
        File.Copy(secret, Path.Combine(_root, "sources2", "secret.csv"));
        File.CreateSymbolicLink(Path.Combine(_root, "sources", "link.csv"), secret);
        Directory.CreateSymbolicLink(Path.Combine(_root, "sources", "up"), _root);
        foreach (var source in (string[])[
            secret, "../secret.csv", "link.csv", "up/secret.csv", "./x/../../secret.csv",
            Path.Combine(_root, "sources2", "secret.csv"),
            Path.Combine(_root, "SOURCES", "..", "secret.csv"), "s3://bucket/key.csv", "/etc/passwd"])
        {
            var body = JsonSerializer.Serialize(new { source, options = new { agent = "agent" } });
            using var response = await _api.Client.PostAsync("/api/v1/batches", body);
            var problem = await ApiAssert.ProblemAsync(response, HttpStatusCode.BadRequest, ProblemTypes.BadRequest);
            Assert.Contains("is not below any of the "
                + "roots", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Submit_NoFleetDrivesBatches_Is409WithWhatToDo()
    {
        await using var api = await ApiFixture.StartAsync(drives: false);
        using var response = await api.Client.PostAsync("/api/v1/batches", Form(Rows, ("agent", "agent")));

        var problem = await ApiAssert.ProblemAsync(response, HttpStatusCode.Conflict, ProblemTypes.Conflict);
        Assert.Contains("Fleet:Broker", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preview_OfAnUpload_ShowsFirstRowsAndStoresNothing()
    {
        using var response = await _api.Client.PostAsync("/api/v1/batches/preview", Form(
            Rows + "4\n", ("agent", "agent"), ("template", """{"q": "{{city}}"}"""), ("id-column", "id")));

        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        var preview = await response.BodyAsync();
        Assert.Equal("csv", preview.GetProperty("format").GetString());
        var rows = preview.GetProperty("rows");
        Assert.Equal(("1", "agent", "Oslo"), (
            rows[0].GetProperty("id").GetString(), rows[0].GetProperty("agent").GetString(),
            rows[0].GetProperty("input").GetProperty("q").GetString()));
        Assert.Contains("Line 5", rows[3].GetProperty("problem").GetString(), StringComparison.OrdinalIgnoreCase);
        Assert.Empty(Blobs());
        Assert.Empty(_api.Agents.Calls);
    }

    [Fact]
    public async Task Preview_WithMistakes_TellsThemAll()
    {
        using var response = await _api.Client.PostAsync("/api/v1/batches/preview", Form(
            Rows, ("agent", "agnet"), ("prompt", "{{town}}"), ("attempts", "many")));

        var problems = (await response.BodyAsync()).GetProperty("problems").EnumerateArray()
            .Select(problem => problem.GetString()!);
        Assert.Equal(3, problems.Count());
    }

    private async Task<(Guid Id, bool Existing)> SubmittedAsync(string? key, HttpClient? client = null)
    {
        using var response = await PostAsync(key, Rows, "3", client);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        var body = await response.BodyAsync();
        return (body.GetProperty("batch_id").GetGuid(), body.GetProperty("existing").GetBoolean());
    }

    private Task<HttpResponseMessage> PostAsync(
        string? key, string rows, string attempts, params (string Name, string Value)[] more) =>
        PostAsync(key, rows, attempts, client: null, more);

    private async Task<HttpResponseMessage> PostAsync(
        string? key, string rows, string attempts, HttpClient? client, params (string Name, string Value)[] more)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/batches")
        {
            Content = Form(rows, [("agent", "agent"), ("attempts", attempts), .. more]),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await (client ?? _api.Client).SendAsync(request);
    }

    /// <summary>But for what the host keeps for itself.</summary>
    private string[] Blobs()
    {
        var folder = Path.Combine(_api.Folder, "data", "blobs");
        return Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
                .Where(file => !file.StartsWith(Path.Combine(folder, "api"), StringComparison.Ordinal))]
            : [];
    }

    private static MultipartFormDataContent Form(string rows, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
            form.Add(new StringContent(value), name);
        form.Add(new StringContent(rows), "source", "C:\\data\\rows.csv");
        return form;
    }
}
