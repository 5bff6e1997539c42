using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Tests.EndToEnd;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Telemetry;

[Collection(ListeningAlone.Name)]
public sealed class ItemMetricTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TestAgents _agents = new();
    private readonly Measured _measured = new();

    public void Dispose()
    {
        _measured.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Run_OutcomesOfEveryKind_AreCountedOnceEach()
    {
        // Rows 0 to 2 fail for good, 3 to 7 fail once, and 8 is throttled once.
        _agents.Answer(call => (call.Index, call.Attempt, call.Returns) switch
        {
            ( < 3, _, _) => TestAgents.Fail(retryable: false),
            ( < 8, 1, _) => TestAgents.Fail(retryable: true),
            (8, 1, 0) => AgentReply.Fail(new(FailureKind.Throttled, "Too many.", Retryable: true)),
            _ => AgentReply.Succeed("1"u8.ToArray()),
        });
        await using var fleet = await EmbeddedFleet.StartAsync(_folder, _agents);

        var id = await fleet.SubmitAsync(40);
        await fleet.EndsAsync(id);
        await fleet.StopAsync();

        Assert.Equal(37, _measured.Sum("fleet.items.settled", "outcome=succeeded"));
        Assert.Equal(3, _measured.Sum("fleet.items.settled", "outcome=failed"));
        Assert.Equal(37, _measured.Of("fleet.item.duration")["outcome=succeeded"].Count);
        Assert.Equal(3, _measured.Sum("fleet.dead_letters", "reason=invalid_input"));
        Assert.Equal(5, _measured.Sum("fleet.items.retries", "agent=agent reason=unavailable"));
        Assert.Equal(1, _measured.Sum("fleet.items.retries", "agent=agent reason=throttled"));
        Assert.Equal(1, _measured.Sum("fleet.agent.throttles", "agent=agent"));
        Assert.Equal(5, _measured.Sum("fleet.agent.calls", "agent=agent outcome=unavailable"));
        Assert.Equal(37, _measured.Of("fleet.agent.call.duration")["agent=agent outcome=succeeded"].Count);
        Assert.Equal(0, _measured.Sum("fleet.agent.in_flight", "agent=agent"));
        Assert.True(_measured.Of("fleet.agent.in_flight")["agent=agent"].Count >= 2 * 46);
        Assert.True(_measured.Of("fleet.item.queue_wait")[""].Count >= 46);
        Assert.Equal(1, _measured.Sum("fleet.batches.submitted"));
        Assert.Equal(1, _measured.Sum("fleet.batches.completed", "status=completed_with_failures"));
        Assert.Single(_measured.Of("fleet.batch.duration")["status=completed_with_failures"]);
        Assert.NotEmpty(_measured.Of("fleet.store.flush.duration")["kind=all outcome=committed"]);
        Assert.True(_measured.Sum("fleet.store.flush.size", "kind=all") > 100);
        Assert.Equal(
            _measured.Of("fleet.store.flush.duration")["kind=all outcome=committed"].Count,
            _measured.Sum("fleet.sqlite.transactions", "outcome=committed"));
    }

    [Fact]
    public async Task Run_ItemThatIsTriedAgain_TakesAsLongAsAllOfItsAttempts()
    {
        var wait = TimeSpan.FromMilliseconds(400);
        _agents.Answer(call => call.Attempt == 1
            ? TestAgents.Fail(retryable: true, retryAfter: wait)
            : AgentReply.Succeed("1"u8.ToArray()));
        await using var fleet = await EmbeddedFleet.StartAsync(_folder, _agents);

        await fleet.EndsAsync(await fleet.SubmitAsync(1));

        var item = Assert.Single(_measured.Of("fleet.item.duration")["outcome=succeeded"]);
        var calls = _measured.Of("fleet.agent.call.duration").Values.Select(each => each.Single()).ToList();
        Assert.Equal(2, calls.Count);
        // By two clocks, one of which can be set.
        Assert.InRange(item, calls.Sum() + wait.TotalSeconds - 0.05, 60);
    }

    [Fact]
    public async Task Run_RowsThatNoAgentIsCalledFor_AreCountedWhenTheyAreDispatched()
    {
        _agents.HoldAfter = 20;
        await using var fleet = await EmbeddedFleet.StartAsync(_folder, _agents);

        var cancelled = await fleet.SubmitAsync(300, spec => spec with { Limits = spec.Limits with { Concurrency = 1 } });
        await fleet.Controller.CancelAsync(cancelled, "Enough.", CancellationToken.None);
        await fleet.IsToEndAsync(cancelled);
        _agents.Release();
        await fleet.EndsAsync(cancelled);
        // It is counted behind the update that shows it.
        await fleet.StopAsync();

        var counts = await fleet.CountAsync(cancelled);
        Assert.True(counts.Cancelled > 0);
        Assert.Equal(counts.Cancelled, _measured.Sum("fleet.items.settled", "outcome=cancelled"));
        Assert.Equal(counts.Succeeded, _measured.Sum("fleet.items.settled", "outcome=succeeded"));
        Assert.Equal(1, _measured.Sum("fleet.batches.completed", "status=cancelled"));
    }

    [Fact]
    public async Task Replay_OfABatchThatWasOver_IsCountedAgainAndNotMeasured()
    {
        var broken = true;
        _agents.Answer(_ => broken ? TestAgents.Fail(retryable: false) : AgentReply.Succeed("1"u8.ToArray()));
        await using var fleet = await EmbeddedFleet.StartAsync(_folder, _agents);
        var id = await fleet.SubmitAsync(5);
        await fleet.EndsAsync(id);
        broken = false;

        await fleet.Controller.ReplayAsync(id, null, null, CancellationToken.None);
        Assert.Equal(BatchStatus.Completed, (await fleet.EndsAsync(id, round: 1)).CurrentState);
        await fleet.StopAsync();

        Assert.Equal(1, _measured.Sum("fleet.batches.completed", "status=completed"));
        Assert.Equal(1, _measured.Sum("fleet.batches.completed", "status=completed_with_failures"));
        Assert.Single(_measured.Of("fleet.batch.duration"));
    }
}
