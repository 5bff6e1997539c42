using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Fleet;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Conformance.Emulators;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Api;

/// <summary>The API as users have it: in a process of its own, or in that of a whole fleet.</summary>
[Collection(RabbitMqTests.Name)]
public sealed partial class ApiProcessTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime, IDisposable
{
    private const int Rows = 500;

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(1) };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fleet.DisposeAsync();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task WholeFleet_WithApi_TakesAnUploadShowsItLiveAndGivesItsResults()
    {
        var up = await _fleet.Workspace.StartAsync("up", "--api-port", "0");
        var address = await AddressOfAsync(up);

        var batch = await SubmitAsync(address);
        var watched = await _fleet.Workspace.RunAsync("watch", "--server", address.ToString(), batch.ToString());
        watched.ShouldBe(0);

        var found = await _http.GetFromJsonAsync<JsonElement>(new Uri(address, $"api/v1/batches/{batch}"));
        Assert.Equal(Rows, found.GetProperty("batch").GetProperty("counts").GetProperty("succeeded").GetInt32());
        var results = await _http.GetStringAsync(new Uri(address, $"api/v1/batches/{batch}/results"));
        Assert.Equal(
            Enumerable.Range(0, Rows),
            results.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("row").GetInt32()));
        await up.SignalAsync("TERM");
        (await up.WaitAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task ApiProcess_BesideTheFleet_GivesItOrdersAndStopsWhileSomebodyWatches()
    {
        // Its rows take minutes, so that the batch is not over before it is paused.
        _fleet.Workspace.WithAgents(new { slow = new { Type = "simulated", Simulated = new { Latency = "00:00:05" } } });
        await _fleet.StartAsync(1, 1);
        _fleet.Workspace.Environment["FLEET__HEALTH__PORT"] = $"{LoopbackPorts.Free()}";
        var api = await _fleet.Workspace.StartAsync("api", "--port", "0");
        var address = await AddressOfAsync(api);
        await Wait.UntilAsync(
            async () => (await _fleet.Workspace.RunAsync("health", "ready")).ExitCode == 0, "the process to be ready");
        var batch = await SubmitAsync(address, agent: "slow");

        using var paused = await _http.PostAsync(new Uri(address, $"api/v1/batches/{batch}/pause"), null);
        Assert.Equal(HttpStatusCode.Accepted, paused.StatusCode);
        await _fleet.WaitForAsync(batch, progress => progress.Batch.CurrentState == "Paused", "to be paused");
        using var watching = await _http.GetAsync(
            new Uri(address, $"api/v1/batches/{batch}/live"), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await watching.Content.ReadAsStreamAsync());
        await Wait.UntilAsync(
            async () => (await reader.ReadLineAsync())?.StartsWith("data:", StringComparison.Ordinal) ?? false, "the first event");

        await api.SignalAsync("TERM");
        (await api.WaitAsync()).ShouldBe(0);
        _fleet.Workspace.Environment.Remove("FLEET__HEALTH__PORT");
        Assert.Contains("audit: PauseBatch", api.Error, StringComparison.Ordinal);
        (await _fleet.Workspace.RunAsync("cancel", batch.ToString())).ShouldBe(0);
        await _fleet.WaitForEndAsync(batch);
    }

    [Fact]
    public async Task ApiProcess_BeyondThisMachineWithoutKey_RefusesToStart()
    {
        _fleet.Workspace.Environment["FLEET__API__HOST"] = "*";

        var exit = (await _fleet.Workspace.RunAsync("api", "--port", "0")).ShouldBe(2);

        Assert.Contains("there is no API key that is good: make one with", exit.Error, StringComparison.Ordinal);
    }

    private async Task<Guid> SubmitAsync(Uri address, string agent = "echo")
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(agent), "agent" },
            { new StringContent("{{n}}"), "prompt" },
            { new StringContent("n\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"{row}\n"))), "source", "rows.csv" },
        };
        using var response = await _http.PostAsync(new Uri(address, "api/v1/batches"), form);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Created, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("batch_id").GetGuid();
    }

    internal static async Task<Uri> AddressOfAsync(FleetProcess process)
    {
        await process.WaitForErrorAsync(" is ready: ");
        return new(Address().Match(process.Error).Value);
    }

    [GeneratedRegex("http://[^, ]+")]
    private static partial Regex Address();
}
