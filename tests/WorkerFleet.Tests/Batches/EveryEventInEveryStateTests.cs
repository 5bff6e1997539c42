using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Dispatch;
using WorkerFleet.Ledger;
using WorkerFleet.Results;
using static WorkerFleet.Batches.BatchStatus;

namespace WorkerFleet.Tests.Batches;

/// <summary>Each message in each state: the state that follows, no fault, and no harm in delivering it twice.</summary>
public sealed class EveryEventInEveryStateTests(SagaFixture saga) : IClassFixture<SagaFixture>
{
    private static readonly string[] States =
    [
        Submitted, Dispatching, Processing, Paused, Cancelling, Aggregating,
        Completed, CompletedWithFailures, Failed, Cancelled,
    ];

    /// <summary>The transitions there are; every other message leaves the batch in its state.</summary>
    private static readonly Dictionary<(string State, string Message), string> Transitions = new()
    {
        [(Submitted, nameof(SlicesDispatched))] = Processing,
        [(Dispatching, nameof(SlicesDispatched))] = Processing,
        [(Submitted, nameof(DispatchFailed))] = Cancelling,
        [(Dispatching, nameof(DispatchFailed))] = Cancelling,
        [(Processing, nameof(DispatchFailed))] = Cancelling,
        [(Processing, nameof(SliceSettled))] = Aggregating,
        [(Paused, nameof(SliceSettled))] = Aggregating,
        [(Cancelling, nameof(SliceSettled))] = Aggregating,
        [(Submitted, nameof(PauseBatch))] = Paused,
        [(Dispatching, nameof(PauseBatch))] = Paused,
        [(Processing, nameof(PauseBatch))] = Paused,
        [(Paused, nameof(ResumeBatch))] = Processing,
        [(Submitted, nameof(CancelBatch))] = Cancelling,
        [(Dispatching, nameof(CancelBatch))] = Cancelling,
        [(Processing, nameof(CancelBatch))] = Cancelling,
        [(Paused, nameof(CancelBatch))] = Cancelling,
        [(Submitted, nameof(BatchDeadlineReached))] = Cancelling,
        [(Dispatching, nameof(BatchDeadlineReached))] = Cancelling,
        [(Processing, nameof(BatchDeadlineReached))] = Cancelling,
        [(Paused, nameof(BatchDeadlineReached))] = Cancelling,
        [(Completed, nameof(ReplayItems))] = Processing,
        [(CompletedWithFailures, nameof(ReplayItems))] = Processing,
        [(Failed, nameof(ReplayItems))] = Processing,
        [(Cancelled, nameof(ReplayItems))] = Processing,
        [(Aggregating, nameof(BatchAggregated))] = Completed,
        [(Aggregating, nameof(BatchIncomplete))] = Processing,
    };

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var state in States)
            foreach (var message in Messages(Guid.Empty).Keys)
                cases.Add(state, message);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Message_InState_LeadsToTheOneNextStateAlsoWhenRepeated(string state, string message)
    {
        var id = await saga.AddBatchAsync(state);
        var send = Messages(id)[message];
        var expected = Transitions.GetValueOrDefault((state, message), state);

        var after = await send(saga);
        Assert.Equal(expected, after.CurrentState);
        var round = after.Round;

        after = await send(saga);
        Assert.Equal(expected, after.CurrentState);
        Assert.Equal(round, after.Round);
    }

    private static Dictionary<string, Func<SagaFixture, Task<BatchState>>> Messages(Guid id)
    {
        var replayId = Guid.CreateVersion7();
        return new()
        {
            [nameof(SubmitBatch)] = saga => saga.SendAsync(id, new SubmitBatch(
                id, new(), "other", "other", 1, default, DateTimeOffset.UnixEpoch)),
            [nameof(SlicesDispatched)] = saga => saga.SendAsync(id, new SlicesDispatched(
                id, 2, 0, new(8, 100, 9), EndOfSource: true, [])),
            [nameof(DispatchFailed)] = saga => saga.SendAsync(id, new DispatchFailed(id, "a test")),
            [nameof(SliceDraining)] = saga => saga.SendAsync(id, new SliceDraining(id, 1)),
            [nameof(SliceSettled)] = saga => saga.SendAsync(id, new SliceSettled(id, 1)),
            [nameof(ItemsExhausted)] = saga => saga.SendAsync(id, new ItemsExhausted(id, 1, [])),
            [nameof(PauseBatch)] = saga => saga.SendAsync(id, new PauseBatch(id)),
            [nameof(ResumeBatch)] = saga => saga.SendAsync(id, new ResumeBatch(id)),
            [nameof(CancelBatch)] = saga => saga.SendAsync(id, new CancelBatch(id, "a test")),
            [nameof(SetLimits)] = saga => saga.SendAsync(id, new SetLimits(
                id, DateTimeOffset.UnixEpoch, 100, TimeSpan.FromSeconds(5), 7, BatchPriority.High)),
            [nameof(RedriveBatch)] = saga => saga.SendAsync(id, new RedriveBatch(id)),
            [nameof(BatchDeadlineReached)] = saga => saga.SendAsync(id, new BatchDeadlineReached(id)),
            [nameof(ReplayItems)] = saga => saga.SendAsync(id, new ReplayItems(
                id, replayId, null, null, DateTimeOffset.UnixEpoch)),
            [nameof(SlicesReopened)] = saga => saga.SendAsync(id, new SlicesReopened(id, 7, [0])),
            [nameof(ItemsReopened)] = saga => saga.SendAsync(id, new ItemsReopened(id, replayId, 1)),
            [nameof(BatchAggregated)] = saga => saga.SendAsync(id, new BatchAggregated(id, 0, Completed, null)),
            [nameof(BatchIncomplete)] = saga => saga.SendAsync(id, new BatchIncomplete(id, 0)),
        };
    }
}
