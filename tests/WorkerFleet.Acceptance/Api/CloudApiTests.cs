using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Fleet;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Api;

/// <summary>The API over the store in DynamoDB and S3: what it says and does is the same as over a file.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class CloudApiTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime, IDisposable
{
    private const int Rows = 300;
    private const int Refused = 6;

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(2) };
    private RecordingAgent _agent = null!;
    private Uri _api = null!;

    public async Task InitializeAsync()
    {
        _agent = await RecordingAgent.StartAsync();
        _agent.Accepts = input => !input.Contains("bad", StringComparison.Ordinal);
        await _fleet.UseCloudStoreAsync();
        _fleet.Workspace.WithAgents(new { service = new { Type = "http", _agent.Url } });
        _api = await ApiProcessTests.AddressOfAsync(await _fleet.Workspace.StartAsync("up", "--api-port", "0"));
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _agent.DisposeAsync();
    }

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Upload_OverTheCloudStore_IsWatchedLookedAtDownloadedAndMended()
    {
        var (batch, again) = (await SubmitAsync("first"), await SubmitAsync("first"));
        Assert.Equal(batch, again);
        (await _fleet.Workspace.RunAsync("watch", "--server", _api.ToString(), batch.ToString())).ShouldBe(1);

        var failed = (await GetAsync($"batches/{batch}/items?state=failed")).GetProperty("items");
        Assert.Equal(
            Enumerable.Range(0, Refused).Select(number => number * Rows / Refused),
            failed.EnumerateArray().Select(item => item.GetProperty("row").GetInt32()));
        var found = (await GetAsync($"batches/{batch}/items?id=r7")).GetProperty("items");
        Assert.Equal(7, Assert.Single(found.EnumerateArray()).GetProperty("row").GetInt32());
        var item = await GetAsync($"batches/{batch}/items/0");
        Assert.Contains("this input is refused", item.ToString(), StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, Rows), await RowsOfAsync($"batches/{batch}/results"));
        Assert.Equal(Refused, (await RowsOfAsync($"batches/{batch}/failures")).Count());

        Assert.Equal(Refused, await OpenAsync(batch));
        Assert.Equal(1, await ChangeAsync("archive", batch, 0));
        Assert.Equal(Refused - 1, await OpenAsync(batch));
        _agent.Accepts = _ => true;
        using var replay = await PostAsync("dead-letters/replay", $$"""{"batch": "{{batch}}", "all": true}""");
        Assert.Equal(HttpStatusCode.Accepted, replay.StatusCode);
        await EndsWithAsync(batch, failed: 1);
        Assert.Equal(1, await ChangeAsync("unarchive", batch, 0));
        Assert.Equal(1, await OpenAsync(batch));
        Assert.False(Directory.Exists(Path.Combine(_fleet.DataFolder, "blobs")));
    }

    private async Task<Guid> SubmitAsync(string key)
    {
        var rows = string.Concat(Enumerable.Range(0, Rows)
            .Select(row => $"r{row},{(row % (Rows / Refused) == 0 ? "bad" : "good")}\n"));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_api, "api/v1/batches"))
        {
            Content = new MultipartFormDataContent
            {
                { new StringContent("service"), "agent" },
                { new StringContent("{{kind}}"), "prompt" },
                { new StringContent("id"), "id-column" },
                { new StringContent("id,kind\n" + rows), "source", "rows.csv" },
            },
        };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Created, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("batch_id").GetGuid();
    }

    private Task<JsonElement> GetAsync(string path) =>
        _http.GetFromJsonAsync<JsonElement>(new Uri(_api, $"api/v1/{path}"));

    private Task<HttpResponseMessage> PostAsync(string path, string body) => _http.PostAsync(
        new Uri(_api, $"api/v1/{path}"), new StringContent(body, Encoding.UTF8, "application/json"));

    private async Task<IEnumerable<int>> RowsOfAsync(string path) =>
        (await _http.GetStringAsync(new Uri(_api, $"api/v1/{path}")))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("row").GetInt32());

    /// <summary>Dead letters that are open.</summary>
    private async Task<int> OpenAsync(Guid batch) =>
        (await GetAsync($"dead-letters?batch={batch}")).GetProperty("dead_letters").GetArrayLength();

    private async Task<int> ChangeAsync(string action, Guid batch, int row)
    {
        using var response = await PostAsync(
            $"dead-letters/{action}", $$"""{"batch": "{{batch}}", "rows": [{{row}}]}""");
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("changed").GetInt32();
    }

    private Task EndsWithAsync(Guid batch, long failed) => _fleet.WaitForAsync(
        batch, progress => progress.Batch is { Round: 1, CurrentState: "CompletedWithFailures" }
            && progress.Counts.Failed == failed, "to have replayed the others");
}
