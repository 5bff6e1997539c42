using System.Net;
using WorkerFleet.Acceptance.Agents;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Acceptance.Results;
using WorkerFleet.Batches;
using WorkerFleet.Conformance.Emulators;
using WorkerFleet.Journal;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>Processes that are asked to stop, and what their health endpoints say meanwhile.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class DrainTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime, IDisposable
{
    private const int Rows = 60;
    private const int Concurrency = 4;

    private readonly TestFleet _fleet = TestFleet.Create(broker, log);
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };
    private readonly int _port = LoopbackPorts.Free();
    private RecordingAgent _agent = null!;

    public async Task InitializeAsync()
    {
        _agent = await RecordingAgent.StartAsync();
        _fleet.Workspace.Environment["FLEET__AGENTS__HELD__TYPE"] = "http";
        _fleet.Workspace.Environment["FLEET__AGENTS__HELD__URL"] = _agent.Url;
        _fleet.Workspace.Write("rows.csv", "n\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"{row}\n")));
    }

    public async Task DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _agent.DisposeAsync();
    }

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Worker_Terminated_FinishesWhatIsInFlightAndGivesTheRestToAnother()
    {
        await _fleet.StartAsync(1, 0);
        WithHealth(true);
        var leaving = await _fleet.BeginWorkerAsync();
        WithHealth(false);
        await leaving.WaitUntilReadyAsync();
        await ShouldAnswerAsync("live", HttpStatusCode.OK);
        await ShouldAnswerAsync("startup", HttpStatusCode.OK);
        await Wait.UntilAsync(async () => await StatusOfAsync("ready") == HttpStatusCode.OK, "the worker to be ready");
        _agent.Hold();
        var batch = await SubmitAsync();
        await Wait.UntilAsync(() => _agent.InFlight == Concurrency, "calls in flight");
        var staying = await _fleet.BeginWorkerAsync();
        await staying.WaitUntilReadyAsync();

        await leaving.Process.SignalAsync("TERM");
        await leaving.Process.WaitForErrorAsync("Stopping");
        await ShouldAnswerAsync("ready", HttpStatusCode.ServiceUnavailable);
        await ShouldAnswerAsync("live", HttpStatusCode.OK);
        Assert.Equal(Concurrency, _agent.Sessions.Count);
        Assert.True(leaving.IsRunning);
        _agent.Release();
        (await leaving.Process.WaitAsync()).ShouldBe(0);

        var end = await _fleet.WaitForEndAsync(batch);
        Assert.Equal(BatchStatus.Completed, end.Batch.CurrentState);
        Assert.Equal(Rows, new Export(_fleet.Workspace["results"]).ShouldBeComplete(Rows).CountOf("succeeded"));
        Assert.Equal((0, Rows), (_agent.Aborted, _agent.Sessions.Count));
        await ShouldHaveNoInterruptionsAsync(batch);
    }

    [Fact]
    public async Task Worker_TerminatedWhileTheAgentTakesTooLong_GivesItsRowsToAnother()
    {
        await _fleet.StartAsync(1, 0);
        _fleet.Workspace.Environment["FLEET__DRAINTIMEOUT"] = "500ms";
        var leaving = await _fleet.BeginWorkerAsync();
        await leaving.WaitUntilReadyAsync();
        _agent.Hold();
        var batch = await SubmitAsync();
        await Wait.UntilAsync(() => _agent.InFlight == Concurrency, "calls in flight");

        await leaving.Process.SignalAsync("TERM");
        var exit = (await leaving.Process.WaitAsync()).ShouldBe(0);
        Assert.Contains("4 rows did not finish in time", exit.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("error:", exit.Error, StringComparison.Ordinal);
        _agent.Release();
        await _fleet.BeginWorkerAsync();

        Assert.Equal(BatchStatus.Completed, (await _fleet.WaitForEndAsync(batch)).Batch.CurrentState);
        Assert.Equal(Rows, new Export(_fleet.Workspace["results"]).ShouldBeComplete(Rows).CountOf("succeeded"));
        Assert.Equal(Rows + Concurrency, _agent.Sessions.Count);
        await ShouldHaveNoInterruptionsAsync(batch);
    }

    [Fact]
    public async Task Orchestrator_Terminated_StopsInOrderAndTheNextGoesOn()
    {
        _agent.Latency = TimeSpan.FromMilliseconds(50);
        await _fleet.StartAsync(1, 1);
        var batch = await SubmitAsync();
        await Wait.UntilAsync(() => _agent.Answered >= Concurrency, "answers");

        await _fleet.Orchestrators[0].StopAsync();
        await _fleet.Orchestrators[0].StartAsync();

        Assert.Equal(BatchStatus.Completed, (await _fleet.WaitForEndAsync(batch)).Batch.CurrentState);
        Assert.Equal(Rows, _agent.Sessions.Count);
        new Export(_fleet.Workspace["results"]).ShouldBeComplete(Rows);
    }

    [Fact]
    public async Task WholeFleetInOne_Terminated_FinishesWhatIsInFlightAndTheNextGoesOn()
    {
        var up = await _fleet.Workspace.StartAsync("up");
        await up.WaitForErrorAsync(" is ready: ");
        _agent.Hold();
        var batch = await SubmitAsync();
        await Wait.UntilAsync(() => _agent.InFlight == Concurrency, "calls in flight");

        await up.SignalAsync("TERM");
        await up.WaitForErrorAsync("Stopping");
        _agent.Release();
        (await up.WaitAsync()).ShouldBe(0);
        Assert.Equal((0, Concurrency), (_agent.Aborted, _agent.Answered));

        await _fleet.Workspace.StartAsync("up");
        Assert.Equal(BatchStatus.Completed, (await _fleet.WaitForEndAsync(batch)).Batch.CurrentState);
        Assert.Equal(Rows, _agent.Sessions.Count);
    }

    [Theory]
    [InlineData("orchestrator")]
    [InlineData("worker")]
    [InlineData("up")]
    public async Task Process_BeforeTheBroker_WaitsAndSaysSoAndStopsWhenAsked(string role)
    {
        _fleet.Workspace.Environment["FLEET__BROKER"] = $"amqp://me:s3cret@127.0.0.1:{LoopbackPorts.Free()}";
        WithHealth(true);
        var process = await _fleet.Workspace.StartAsync(role);
        await process.WaitForErrorAsync("cannot be reached");
        await ShouldAnswerAsync("live", HttpStatusCode.OK);
        await ShouldAnswerAsync("startup", HttpStatusCode.ServiceUnavailable);
        await ShouldAnswerAsync("ready", HttpStatusCode.ServiceUnavailable);

        await process.SignalAsync("TERM");
        var exit = (await process.WaitAsync()).ShouldBe(0);

        Assert.DoesNotContain("s3cret", exit.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", exit.Error, StringComparison.Ordinal);
    }

    private void WithHealth(bool listens)
    {
        if (listens)
            _fleet.Workspace.Environment["FLEET__HEALTH__PORT"] = $"{_port}";
        else
            _fleet.Workspace.Environment.Remove("FLEET__HEALTH__PORT");
    }

    private async Task<HttpStatusCode> StatusOfAsync(string endpoint)
    {
        using var answer = await _http.GetAsync(new Uri($"http://127.0.0.1:{_port}/health/{endpoint}"));
        return answer.StatusCode;
    }

    private async Task ShouldAnswerAsync(string endpoint, HttpStatusCode expected)
    {
        using var answer = await _http.GetAsync(new Uri($"http://127.0.0.1:{_port}/health/{endpoint}"));
        Assert.True(expected == answer.StatusCode, $"{endpoint}: {await answer.Content.ReadAsStringAsync()}");
    }

    private Task<Guid> SubmitAsync() => _fleet.SubmitAsync(
        "rows.csv", "--agent", "held", "--prompt", "{{n}}", "--concurrency", "4", "--output", "results");

    /// <summary>Whatever was begun was given back or ended by the worker that had begun it.</summary>
    private async Task ShouldHaveNoInterruptionsAsync(Guid batch)
    {
        await using var store = _fleet.OpenStore();
        for (var index = 0; index < Rows; index++)
        {
            var events = (await store.ReadEventsAsync(batch, index)).Select(e => e.Status).ToList();
            Assert.Equal(
                events.Count(status => status == JournalStatus.Released) + 1,
                events.Count(status => status == JournalStatus.InvocationStarted));
            Assert.Single(events, status => status == JournalStatus.InvocationSucceeded);
        }
    }
}
