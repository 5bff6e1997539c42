using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Items;

/// <summary>Items whose agent throttles, or does not work as a whole.</summary>
public sealed class HeldItemsTests : IAsyncLifetime
{
    private static readonly AgentReply Throttled = AgentReply.Fail(new(FailureKind.Throttled, "Slow down.", true));

    private static readonly AgentReply Refused =
        AgentReply.Fail(new(FailureKind.Denied, "Who are you?", Retryable: false, AgentWide: true));

    /// <summary>Of an item in memory; the time that the machine takes is not to go by on the test's clock.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private FlowHarness _flow = null!;
    private BatchState _batch = null!;

    public async Task InitializeAsync()
    {
        _flow = await FlowHarness.StartAsync();
        _flow.Agents.Limits = new() { GiveUpAfter = TimeSpan.FromMinutes(10) };
        _batch = await _flow.AddBatchAsync(
            FlowHarness.SliceSize * 3,
            // Waits are of random length: those of twenty calls together are never as long as the agent is waited for.
            batch => batch.Spec = batch.Spec with { Retry = batch.Spec.Retry with { MaxDelay = TimeSpan.FromSeconds(20) } });
        await _flow.DispatchAllAsync(_batch);
    }

    public async Task DisposeAsync() => await _flow.DisposeAsync();

    [Fact]
    public async Task Process_Throttled_IsTriedAgainAsTheSameAttempt()
    {
        var throttled = 0;
        _flow.Agents.Answer(_ => throttled++ < 20 ? Throttled : AgentReply.Succeed("1"u8.ToArray()));

        await ProcessUntilSettledAsync(_flow.ItemOf(_batch, 1));

        var settled = await _flow.FindSettledAsync(_batch, 1);
        Assert.Equal((ItemState.Succeeded, 1), (settled!.State, settled.Attempts));
        Assert.Equal(21, _flow.Agents.Calls.Count);
        Assert.Equal(Enumerable.Range(0, 21), _flow.Agents.Calls.Select(call => call.Returns));
        Assert.All(_flow.Agents.Calls, call => Assert.Equal(1, call.Attempt));
        var history = ItemHistory.Read(await _flow.ReadJournalAsync(_batch, 1));
        Assert.Equal(0, history.AttemptsEnded);
    }

    [Fact]
    public async Task Process_ThrottledForTooLong_UsesUpItsAttemptsThen()
    {
        _flow.Agents.Answer(_ => Throttled);

        var began = _flow.Time.GetUtcNow();
        await ProcessUntilSettledAsync(_flow.ItemOf(_batch, 1));

        var settled = await _flow.FindSettledAsync(_batch, 1);
        Assert.Equal((ItemState.Failed, 3), (settled!.State, settled.Attempts));
        Assert.InRange(_flow.Time.GetUtcNow() - began, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(40));
    }

    [Fact]
    public async Task Process_AgentRefusesThisItemOnly_FailsItAfterAFewCalls()
    {
        _flow.Agents.Answer(call => call.Index == 1 ? Refused : AgentReply.Succeed("1"u8.ToArray()));

        await ProcessUntilSettledAsync(_flow.ItemOf(_batch, 1));

        var settled = await _flow.FindSettledAsync(_batch, 1);
        Assert.Equal((ItemState.Failed, 1, FailureKind.Denied), (settled!.State, settled.Attempts, settled.Failure!.Kind));
        Assert.Equal(4, _flow.Agents.Calls.Count);
    }

    [Fact]
    public async Task Process_AgentRefusesAll_ItemsWaitInTheScheduleAndUseUpNoAttempt()
    {
        await BreakAsync();
        var calls = _flow.Agents.Calls.Count;

        Assert.Equal(DeliveryOutcome.Done, await _flow.ProcessAsync(_flow.ItemOf(_batch, 8)));

        Assert.Equal(calls, _flow.Agents.Calls.Count);
        Assert.Empty(await _flow.ReadJournalAsync(_batch, 8));
        var waiting = Assert.Single(await DueAsync(), item => item.Index == 8);
        Assert.Equal((true, _flow.Time.GetUtcNow()), (waiting.MayRepeat, waiting.HeldSince));
        _flow.Agents.Answer(_ => AgentReply.Succeed("1"u8.ToArray()));
        _flow.Time.Advance(TimeSpan.FromSeconds(15));
        await _flow.ProcessAsync(waiting);
        var settled = await _flow.FindSettledAsync(_batch, 8);
        Assert.Equal((ItemState.Succeeded, 1), (settled!.State, settled.Attempts));
    }

    [Fact]
    public async Task Process_AgentRefusesForTooLong_FailsWithTheCause()
    {
        await BreakAsync();
        var item = _flow.ItemOf(_batch, 8);

        await ProcessUntilSettledAsync(item);

        var settled = await _flow.FindSettledAsync(_batch, 8);
        Assert.Equal((ItemState.Failed, FailureKind.Denied), (settled!.State, settled.Failure!.Kind));
        Assert.Contains("Who are you?", settled.Failure.Message, StringComparison.Ordinal);
        Assert.Single(_flow.Sent<WorkerFleet.DeadLetters.ItemsExhausted>(), each => each.Items.Any(i => i.Letter.Index == 8));
    }

    [Theory]
    [InlineData(BatchStatus.Paused)]
    [InlineData(BatchStatus.Cancelling)]
    public async Task Process_WhileTheAgentIsHeld_PauseAndCancelWorkAtOnce(string status)
    {
        await BreakAsync();
        await _flow.ChangeAsync(_batch, b =>
        {
            b.CurrentState = status;
            b.EndRequestedAt = _flow.Time.GetUtcNow();
        });

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 8));

        Assert.DoesNotContain(await DueAsync(), item => item.Index == 8);
        Assert.Equal(
            status == BatchStatus.Cancelling ? ItemState.Cancelled : null, (await _flow.FindSettledAsync(_batch, 8))?.State);
    }

    /// <summary>The agent refuses everybody, until it is not called for longer than items wait in memory.</summary>
    private async Task BreakAsync()
    {
        _flow.Agents.Answer(_ => Refused);
        for (var i = 0; i < 5; i++)
            await _flow.ProcessAsync(_flow.ItemOf(_batch, i));
        _flow.Time.Advance(TimeSpan.FromSeconds(5));
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 5));
        Assert.NotNull(_flow.Get<InvocationGovernor>().HoldOf(TestAgents.Name, null));
    }

    /// <summary>As the schedule and the queue do: whatever comes due is processed, and time goes by meanwhile.</summary>
    private async Task ProcessUntilSettledAsync(ProcessBatchItem item)
    {
        Queue<ProcessBatchItem> due = new([item]);
        for (var i = 0; i < 10_000 && await _flow.FindSettledAsync(_batch, item.Index) is null; i++)
        {
            if (due.TryDequeue(out var next))
            {
                var processing = _flow.ProcessAsync(next);
                await Eventually.IsTrueAsync(() =>
                {
                    if (_flow.Time.Waits(LongestWait))
                        _flow.Time.Advance(TimeSpan.FromMilliseconds(200));
                    return processing.IsCompleted;
                });
                await processing;
            }

            _flow.Time.Advance(TimeSpan.FromSeconds(2));
            foreach (var waiting in await DueAsync(TimeSpan.Zero))
                if (waiting.Index == item.Index)
                    due.Enqueue(waiting);
        }
    }

    /// <summary>Takes what is due so far from now out of the schedule.</summary>
    private async Task<IReadOnlyList<ProcessBatchItem>> DueAsync(TimeSpan? ahead = null)
    {
        var schedule = _flow.Get<ISchedule>();
        var due = await schedule.ClaimDueAsync(
            _flow.Time.GetUtcNow() + (ahead ?? TimeSpan.FromDays(1)), 100, TimeSpan.FromMinutes(1), null, CancellationToken.None);
        await schedule.CompleteAsync([.. due.Select(claimed => claimed.Claim)], CancellationToken.None);
        return [.. due.Select(claimed => MessageTypes.TryDeserialize(
            claimed.Message.MessageType, claimed.Message.Body, out var message, out _)
                ? (ProcessBatchItem)message
                : throw new InvalidOperationException("It cannot be read."))];
    }
}
