using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using RabbitMQ.Client;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Batches;
using WorkerFleet.Conformance.Emulators;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>Agents that accept and go on alone, while the processes of the fleet come and go.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class BackgroundTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private const string Agent = "background";
    private const long MaxWorkerBytes = 150 * 1024 * 1024;

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);
    private BackgroundAgent _agent = null!;

    public async Task InitializeAsync()
    {
        _agent = await BackgroundAgent.StartAsync();
        var port = LoopbackPorts.Free().ToString(CultureInfo.InvariantCulture);
        _fleet.Workspace.Environment["FLEET__CALLBACKS__PORT"] = port;
        _fleet.Workspace.Environment["FLEET__CALLBACKS__URL"] = $"http://127.0.0.1:{port}";
        _fleet.Workspace.Environment["FLEET__CALLBACKS__SECRET"] = "a secret of this test alone";
        _fleet.Workspace.WithAgents(new Dictionary<string, object>
        {
            [Agent] = new { Type = "http", _agent.Url, Async = true, CompleteWithin = "00:30:00" },
        });
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task Batch_EveryProcessDiesWhileAThousandSessionsAreOut_SettlesEachByCallbackOrMessage()
    {
        const int Rows = 1_000;
        await _fleet.StartAsync(1, 2, "--concurrency", "20");
        var id = await SubmitAsync(Rows);
        await WaitUntilAcceptedAsync(id, Rows);
        var first = _agent.Calls;
        Assert.Equal(Rows, _agent.Invocations);
        Assert.Equal(HttpStatusCode.Unauthorized, await _agent.PostAsync(first.First(), "none", Completed(first.First())));

        foreach (var member in _fleet.Members)
            await member.KillAndStartAsync();
        // Every tenth fails once; a callback may meet a process that is not there yet, and is repeated by the agent.
        await TellAsync(first.Take(Rows / 2), call => RowOf(call) % 10 == 0 ? Failed(call) : Completed(call));
        await _fleet.Orchestrators[0].KillAndStartAsync();
        await TellAsync(first.Skip(Rows / 2), Completed);
        // The retries are sessions of their own.
        var retried = first.Take(Rows / 2).Count(call => RowOf(call) % 10 == 0);
        await Processes.Wait.UntilAsync(() => _agent.Calls.Count == Rows + retried, "the failed to be tried again");
        await _fleet.Workers[0].KillAndStartAsync();
        await TellAsync(_agent.Calls.Except(first), Completed);
        // Late and once more, of attempts that are settled or failed by then.
        await TellAsync(first.Take(20), Completed);

        var end = await _fleet.WaitForEndAsync(id);
        Assert.Equal((BatchStatus.Completed, Rows), (end.Batch.CurrentState, end.Counts.Succeeded));
        await _fleet.Workspace.AuditAsync();
        var export = new Export(_fleet.Workspace["results"]).ShouldBeComplete(Rows);
        Assert.Equal(Rows, export.CountOf("succeeded"));
        await using var store = _fleet.OpenStore();
        for (var row = 0; row < Rows; row++)
            Assert.Single(
                await store.ReadEventsAsync(id, row), journaled => journaled.Status == JournalStatus.InvocationSucceeded);
    }

    [Fact]
    public async Task Batch_TenThousandSessionsOut_CostAWorkerNothing()
    {
        const int Rows = 10_000;
        await _fleet.StartAsync(1, 1, "--concurrency", "50");
        var id = await SubmitAsync(Rows);

        await WaitUntilAcceptedAsync(id, Rows);

        using var worker = Process.GetProcessById(_fleet.Workers[0].Process.Id);
        var (before, began) = (worker.TotalProcessorTime, Stopwatch.GetTimestamp());
        using (var timer = new PeriodicTimer(TimeSpan.FromSeconds(10)))
            await timer.WaitForNextTickAsync();
        var share = (worker.TotalProcessorTime - before) / Stopwatch.GetElapsedTime(began);
        log.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Rows} sessions wait: the worker has {OwnMemoryOf(worker) / 1024 / 1024} MiB of its own and "
            + $"{worker.WorkingSet64 / 1024 / 1024} MiB with what it shares, and uses {share:P1} of a core."));
        Assert.InRange(OwnMemoryOf(worker), 1, MaxWorkerBytes);
        Assert.Equal(Rows, _agent.Invocations);
        foreach (var priority in Enum.GetValues<BatchPriority>())
            Assert.Equal(0u, await DepthAsync(Messaging.QueueNames.Items(priority)));

        (await _fleet.Workspace.RunAsync("cancel", id.ToString())).ShouldBe(0);
        var end = await _fleet.WaitForEndAsync(id);
        Assert.Equal((BatchStatus.Cancelled, Rows), (end.Batch.CurrentState, end.Counts.Cancelled));
    }

    /// <summary>Bytes; without the pages of programs and libraries, which all processes of a machine have together.</summary>
    private static long OwnMemoryOf(Process process)
    {
        process.Refresh();
        var line = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private Task<Guid> SubmitAsync(int rows)
    {
        _fleet.Workspace.Write("rows.csv", "word\n" + string.Concat(Enumerable.Range(0, rows).Select(row => $"word {row}\n")));
        return _fleet.SubmitAsync(
            "rows.csv", "--agent", Agent, "--prompt", "{{word}}", "--output", "results", "--concurrency", "50",
            "--waiting", rows.ToString(CultureInfo.InvariantCulture), "--retry-delay", "100ms");
    }

    /// <summary>Until each has its place in the schedule, and no message is left of it.</summary>
    private async Task WaitUntilAcceptedAsync(Guid batch, int rows) => await _fleet.WaitForAsync(
        batch, progress => progress.Waiting == rows, "to have all of its items accepted");

    /// <summary>The even rows by callback, the odd ones by a message, each twice.</summary>
    private async Task TellAsync(IEnumerable<BackgroundCall> calls, Func<BackgroundCall, object> eventOf)
    {
        await using var connection = await broker.ConnectAsync(CancellationToken.None);
        await using var channel = await connection.CreateChannelAsync();
        foreach (var call in calls)
            for (var time = 0; time < 2; time++)
                if (RowOf(call) % 2 == 0)
                    await _agent.CallBackAsync(call, eventOf(call));
                else
                    await channel.BasicPublishAsync(
                        "", _fleet.Prefix + Messaging.QueueNames.AgentEvents, mandatory: true,
                        new BasicProperties { ContentType = "application/json", Persistent = true },
                        JsonSerializer.SerializeToUtf8Bytes(eventOf(call)));
    }

    private async Task<uint> DepthAsync(string queue)
    {
        await using var connection = await broker.ConnectAsync(CancellationToken.None);
        await using var channel = await connection.CreateChannelAsync();
        return await channel.MessageCountAsync(_fleet.Prefix + queue);
    }

    private static long RowOf(BackgroundCall call) => ItemSession.Parse(call.Session)!.Value.Index;

    private static object Completed(BackgroundCall call) => new
    {
        sessionId = call.Session,
        status = JournalStatus.BackgroundTaskCompleted,
        output = new { row = RowOf(call) },
    };

    private static object Failed(BackgroundCall call) => new
    {
        sessionId = call.Session,
        status = JournalStatus.BackgroundTaskFailed,
        errorMessage = "the customer's system was down",
    };
}
