using System.Collections.Concurrent;
using System.Globalization;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Batches;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>A small batch behind a large one. What is counted are the agent's calls: on a busy machine times say nothing.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class FairShareTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private const int LargeRows = 20_000;
    private const int SmallRows = 100;

    /// <summary>Of two workers, at 200 ms a call: fifty calls a second.</summary>
    private const int Capacity = 10;

    /// <summary>Calls of the large batch from the submission of the small one to its first: seconds.</summary>
    private const int MostBeforeTheFirst = 500;

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);
    private readonly ConcurrentDictionary<int, int> _workers = new();
    private RecordingAgent _agent = null!;

    public async Task InitializeAsync()
    {
        _agent = await RecordingAgent.StartAsync();
        _agent.Latency = TimeSpan.FromMilliseconds(200);
        _agent.CallerOf = port => _workers.GetOrAdd(port, WorkerOf);
        _fleet.Workspace.Environment["FLEET__AGENTS__SLOW__TYPE"] = "http";
        _fleet.Workspace.Environment["FLEET__AGENTS__SLOW__URL"] = _agent.Url;
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Theory]
    [InlineData(4)]
    [InlineData(Capacity)]
    [InlineData(4 * Capacity)]
    public async Task SmallBatch_BehindALargeOne_GetsItsShare(int largeConcurrency)
    {
        var large = await StartLargeAsync(largeConcurrency);

        var small = await RunSmallAsync("normal", Capacity);

        // Taking turns, the large one gets a call for each of the small one's, and what it has in flight when that begins;
        // as much again for the time until shares have been divided anew.
        Assert.InRange(_agent.Calls.BegunDuring(large, small), 1, 2 * SmallRows);
    }

    [Fact]
    public async Task HighPriority_BehindALargeOne_Overtakes()
    {
        var large = await StartLargeAsync(4 * Capacity);

        var small = await RunSmallAsync("high", 4 * Capacity);

        // None while rows of the other wait; some at its end, when fewer of them are left than there is room for.
        Assert.InRange(_agent.Calls.BegunDuring(large, small), 0, SmallRows / 2);
    }

    private async Task<Guid> StartLargeAsync(int concurrency)
    {
        _fleet.Workspace.Write("large.csv", Csv(LargeRows)).Write("small.csv", Csv(SmallRows));
        await _fleet.StartAsync(1, 2, "--concurrency", Number(Capacity / 2));
        var large = await _fleet.SubmitAsync(
            "large.csv", "--agent", "slow", "--prompt", "{{n}}", "--concurrency", Number(concurrency));
        await Wait.UntilAsync(() => _agent.Calls.Begun >= 5 * Capacity, "the large batch to run");
        return large;
    }

    private async Task<Guid> RunSmallAsync(string priority, int concurrency)
    {
        var small = await _fleet.SubmitAsync(
            "small.csv", "--agent", "slow", "--prompt", "{{n}}", "--priority", priority, "--concurrency", Number(concurrency));
        var submitted = _agent.Calls.Begun;
        var end = await _fleet.WaitForEndAsync(small);

        Assert.Equal((BatchStatus.Completed, (long)SmallRows), (end.Batch.CurrentState, end.Counts.Succeeded));
        var before = _agent.Calls.BegunBeforeFirstOf(small, submitted);
        log.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{before} calls before its first, {_agent.Calls.Begun - submitted} until it was over."));
        Assert.True(before <= MostBeforeTheFirst, $"{before} calls of the large batch went before the first.");
        return small;
    }

    /// <summary>The worker's process, which keeps its connections.</summary>
    private int WorkerOf(int port) =>
        SocketOwner.Find(port, _agent.Port, _fleet.Workers.Select(worker => worker.Process.Id))
        ?? throw new InvalidOperationException($"No worker has port {port}.");

    private static string Csv(int rows) => "n\n" + string.Concat(Enumerable.Range(0, rows).Select(row => $"{row}\n"));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
