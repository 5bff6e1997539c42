using System.Text.Json;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Processes;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>How many workers a fleet of real processes says that it wants.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class ScaleTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private const int Rows = 600;

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fleet.DisposeAsync();

    [Fact]
    public async Task Workers_OfAnAgentWithAQuota_AreWantedUpToWhatThatFeeds()
    {
        // 4 calls a second of 4 s each are 16 at the same time: two workers of 15, however many rows wait.
        _fleet.Workspace.Environment["FLEET__AGENTS__QUOTA__TYPE"] = "simulated";
        _fleet.Workspace.Environment["FLEET__AGENTS__QUOTA__SIMULATED__LATENCY"] = "00:00:04";
        _fleet.Workspace.Environment["FLEET__AGENTS__QUOTA__NEWSESSIONSPERSECOND"] = "4";
        _fleet.Workspace.Write("rows.csv", "n\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"{row}\n")));
        await _fleet.StartAsync(1, 1, "--concurrency", "15");
        Assert.Equal((0, 1, 0), Figures(await ScaleAsync()));

        var batch = await _fleet.SubmitAsync("rows.csv", "--agent", "quota", "--prompt", "{{n}}", "--concurrency", "200");
        await _fleet.WaitForSettledAsync(batch, 3);
        // How long calls take is known with the worker's next heartbeat.
        var scale = await ScaleAsync();
        await Wait.UntilAsync(
            async () => (scale = await ScaleAsync()).TryGetProperty("useful_workers", out _), "the quota to be reckoned with");

        Assert.InRange(scale.GetProperty("backlog").GetInt64(), Rows - 200, Rows - 3);
        Assert.Equal(scale.GetProperty("backlog").GetDouble(), scale.GetProperty("backlog_per_worker").GetDouble());
        Assert.Equal(
            (2, 2), (scale.GetProperty("useful_workers").GetInt32(), scale.GetProperty("wanted_workers").GetInt32()));
        var text = (await _fleet.Workspace.RunAsync("workers")).ShouldBe(0).Output;
        Assert.Contains("Wanted: 2 workers; the agents' limits feed 2 workers.", text, StringComparison.Ordinal);
        await _fleet.Workspace.RunAsync("pause", batch.ToString());
        await Wait.UntilAsync(async () => Figures(await ScaleAsync()).Backlog == 0, "a paused batch to ask for nobody");
    }

    private async Task<JsonElement> ScaleAsync() =>
        (await _fleet.Workspace.RunAsync("workers", "--json")).ShouldBe(0).Json().GetProperty("scale");

    private static (long Backlog, int Live, int Wanted) Figures(JsonElement scale) => (
        scale.GetProperty("backlog").GetInt64(), scale.GetProperty("live_workers").GetInt32(),
        scale.GetProperty("wanted_workers").GetInt32());
}
