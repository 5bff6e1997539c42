using System.Diagnostics;
using System.Text.Json;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Workers;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>A row that kills whoever works on it.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class PoisonTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private const int Rows = 2_000;
    private const int PoisonRow = 10;
    private const string Poison = "poison";

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);
    private RecordingAgent _agent = null!;
    private ProgressTrace? _trace;
    private int _kills;

    public async Task InitializeAsync()
    {
        _agent = await RecordingAgent.StartAsync();
        _agent.Latency = TimeSpan.FromMilliseconds(100);
        _agent.Received = (input, port) =>
        {
            if (input.Contains(Poison, StringComparison.Ordinal))
                KillCaller(port);
        };
        _fleet.Workspace
            .Write("rows.csv", "word\n" + string.Concat(
                Enumerable.Range(0, Rows).Select(row => row == PoisonRow ? $"{Poison}\n" : $"word {row}\n")))
            .WithAgents(new { killer = new { Type = "http", _agent.Url } });
        await _fleet.StartAsync(1, 4, "--concurrency", "10");
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task Batch_RowThatKillsItsWorker_EndsAsDeadLetterAndTheRestCompletes()
    {
        using var over = new CancellationTokenSource();
        var restarting = _fleet.RestartWorkersAsync(over.Token);
        var id = await _fleet.SubmitAsync(
            "rows.csv", "--agent", "killer", "--prompt", "{{word}}", "--output", "results", "--concurrency", "20");
        _trace = new ProgressTrace(_fleet, id, log);
        var end = await _trace.FollowToEndAsync();
        await over.CancelAsync();
        await restarting;

        Assert.Equal(BatchStatus.CompletedWithFailures, end.Batch.CurrentState);
        Assert.Equal(new WorkerOptions().MaxInterruptions, _kills);
        await _fleet.Workspace.AuditAsync();
        var export = new Export(_fleet.Workspace["results"]).ShouldBeComplete(Rows);
        Assert.Equal(Rows - 1, export.CountOf("succeeded"));
        var failure = Assert.Single(export.Failures);
        Assert.Equal(PoisonRow, failure.GetProperty("row").GetInt32());
        await ShouldBeDeadLetterAsync();
        await ShouldHaveSparedTheOthersAsync(end.Batch);
    }

    private async Task ShouldBeDeadLetterAsync()
    {
        // On its way through the dead-letter queue when the batch is over.
        var letters = default(JsonElement);
        await Wait.UntilAsync(
            async () =>
            {
                letters = (await _fleet.Workspace.RunAsync("dead-letters", "list", "--json")).ShouldBe(0).Json();
                return letters.GetArrayLength() > 0;
            },
            "the dead letter");
        Assert.Equal(PoisonRow, Assert.Single(letters.EnumerateArray()).GetProperty("index").GetInt32());
    }

    /// <summary>
    /// What died with the poison twice is worked on by itself, and so is the poison: they cannot meet any more.
    /// </summary>
    private async Task ShouldHaveSparedTheOthersAsync(BatchState batch)
    {
        var interruptions = new int[4];
        await using var store = _fleet.OpenStore();
        for (var row = 0; row < Rows; row++)
        {
            var events = await store.ReadEventsAsync(ItemSession.IdFor(batch.CorrelationId, row));
            var history = ItemHistory.Read(events);
            if (row != PoisonRow)
                interruptions[Math.Min(history.Interruptions - 1, interruptions.Length - 1)]++;
        }
        log.WriteLine($"{_kills} kills; neighbours by interruptions: {string.Join(", ", interruptions)}");
        Assert.NotEqual(Rows - 1, interruptions[0]);
        Assert.Equal(0, interruptions[^1]);
    }

    private void KillCaller(int port)
    {
        var running = _fleet.Workers.Where(worker => worker.IsRunning).ToList();
        var caller = SocketOwner.Find(port, _agent.Port, running.Select(worker => worker.Process.Id))
            ?? throw new InvalidOperationException($"No worker has port {port}.");
        using var process = Process.GetProcessById(caller);
        process.Kill();
        process.WaitForExit();
        Interlocked.Increment(ref _kills);
        _trace?.Note($"the poison killed {running.Single(worker => worker.Process.Id == caller).Name}");
    }
}
