using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Dispatch;
using WorkerFleet.Ledger;
using static WorkerFleet.Batches.BatchStatus;

namespace WorkerFleet.Tests.Batches;

/// <summary>Replays: rounds, what they wait for, and what they change of policy and deadline.</summary>
public sealed class ReplaySagaTests(SagaFixture saga) : IClassFixture<SagaFixture>
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Replay_OfABatchThatIsOver_BeginsARound()
    {
        var id = await AddFinishedAsync(b => (b.EndStatus, b.EndReason) = (Cancelled, "enough"));
        var replay = Replay(id);

        var batch = await saga.SendAsync(id, replay);

        Assert.Equal((Processing, 1, true), (batch.CurrentState, batch.Round, batch.Reopened));
        Assert.Equal((null, null, null), (batch.EndStatus, batch.EndReason, batch.FinishedAt));
        Assert.Equal((1, replay.ReplayId), Assert.Single(
            saga.Sent<ReopenItems>(m => m.BatchId == id).Select(m => (m.Round, m.Replay.ReplayId))));
    }

    [Fact]
    public async Task Replay_FromReopeningToTheEnd_WaitsForWhatItReopened()
    {
        var id = await AddFinishedAsync();
        var replay = Replay(id);
        await saga.SendAsync(id, replay);
        await saga.ReplaceSliceAsync(id, 1, settled: false);

        await saga.SendAsync(id, new SlicesReopened(id, 1, [1]));
        Assert.Equal(Processing, (await saga.SendAsync(id, new ItemsReopened(id, replay.ReplayId, 4))).CurrentState);
        await saga.ReplaceSliceAsync(id, 1, settled: true);

        Assert.Equal(Aggregating, (await saga.SendAsync(id, new SliceSettled(id, 1))).CurrentState);
    }

    [Fact]
    public async Task Replay_ThatFindsNothing_EndsAgain()
    {
        var id = await AddFinishedAsync();
        var replay = Replay(id);
        await saga.SendAsync(id, replay);

        Assert.Equal(Aggregating, (await saga.SendAsync(id, new ItemsReopened(id, replay.ReplayId, 0))).CurrentState);
    }

    [Fact]
    public async Task Replay_Repeated_IsDoneOnce()
    {
        var id = await AddFinishedAsync();
        var replay = Replay(id);
        await saga.SendAsync(id, replay);
        await saga.SendAsync(id, new ItemsReopened(id, replay.ReplayId, 0));
        await saga.SendAsync(id, new WorkerFleet.Results.BatchAggregated(id, 1, CompletedWithFailures, null));

        var batch = await saga.SendAsync(id, replay);

        Assert.Equal((CompletedWithFailures, 1), (batch.CurrentState, batch.Round));
    }

    [Fact]
    public async Task Reopened_AfterTheSliceSettledAgain_ChangesNothing()
    {
        var id = await saga.AddBatchAsync(Processing);

        var batch = await saga.SendAsync(id, new SlicesReopened(id, 0, [0]));

        Assert.True(batch.SettledSlices.Contains(0));
    }

    [Theory]
    [InlineData(Processing)]
    [InlineData(Paused)]
    [InlineData(Cancelling)]
    [InlineData(Aggregating)]
    public async Task Replay_ThatCannotBeginYet_IsPutOffNotDropped(string state)
    {
        var running = Guid.CreateVersion7();
        var id = await saga.AddBatchAsync(state, b =>
        {
            b.Replay = state == Processing ? new(b.CorrelationId, running, null, null, Now) : null;
            return b;
        });
        var replay = Replay(id);

        var batch = await saga.SendAsync(id, replay);

        Assert.Equal((state, 0), (batch.CurrentState, batch.Round));
        Assert.Equal(state == Processing ? running : null, batch.Replay?.ReplayId);
        var deferred = Assert.Single(saga.Schedule.Messages, m => m.BatchId == id);
        Assert.Contains(replay.ReplayId.ToString("N"), deferred.Key, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_AskedForBeforeTheCancel_DoesNotReopenWhatWasCancelled()
    {
        var id = await AddFinishedAsync(b => b.EndRequestedAt = Now.AddSeconds(1));

        Assert.Equal(CompletedWithFailures, (await saga.SendAsync(id, Replay(id))).CurrentState);
    }

    [Fact]
    public async Task Replay_WhilePausedAndReopened_AggregatesOnceNothingIsLeft()
    {
        var replay = Guid.CreateVersion7();
        var id = await saga.AddBatchAsync(Paused, b =>
        {
            b.Replay = new(b.CorrelationId, replay, null, null, Now);
            b.SettledSlices.Add(1);
            return b;
        });

        Assert.Equal(Aggregating, (await saga.SendAsync(id, new ItemsReopened(id, replay, 0))).CurrentState);
    }

    [Fact]
    public async Task Cancel_DuringAReplay_StopsIt()
    {
        var id = await AddFinishedAsync();
        await saga.SendAsync(id, Replay(id));

        var batch = await saga.SendAsync(id, new CancelBatch(id, "enough"));

        Assert.Null(batch.Replay);
        Assert.NotEqual(Processing, batch.CurrentState);
    }

    [Fact]
    public async Task Redrive_DuringAReplay_BeginsTheReopeningAgain()
    {
        var id = await AddFinishedAsync();
        await saga.SendAsync(id, Replay(id));

        await saga.SendAsync(id, new RedriveBatch(id));

        var begun = Assert.Single(saga.Sent<ReopenItems>(m => m.BatchId == id));
        Assert.Equal(begun, Assert.Single(saga.Sent<RedriveItems>(m => m.BatchId == id)).Then);
    }

    [Fact]
    public async Task Deadline_BatchThatAReplayReopened_IsNotHeldToIt()
    {
        var id = await AddFinishedAsync();
        await saga.SendAsync(id, Replay(id));

        Assert.Null((await saga.SendAsync(id, new BatchDeadlineReached(id))).EndStatus);
    }

    [Fact]
    public async Task Deadline_ReplayWhileTheBatchStillRuns_StillHolds()
    {
        var id = await saga.AddBatchAsync(Processing);
        await saga.SendAsync(id, Replay(id));

        Assert.Equal(Failed, (await saga.SendAsync(id, new BatchDeadlineReached(id))).EndStatus);
    }

    [Fact]
    public async Task Policy_FailuresThatAReplayLeft_DoNotEndItAgain()
    {
        var id = await saga.AddFailedAsync(3, 0, Failed, new() { ToleratedCount = 1 });
        var replay = Replay(id);
        await saga.SendAsync(id, replay);
        Assert.Null((await saga.SendAsync(id, new RedriveBatch(id))).EndStatus);
        await saga.SendAsync(id, new ItemsReopened(id, replay.ReplayId, 1));
        await saga.ReplaceSliceAsync(id, 1, settled: false);

        Assert.Null((await saga.SendAsync(id, new ItemsExhausted(id, 2, []))).EndStatus);
    }

    [Fact]
    public async Task Policy_NewFailuresOfAReplay_EndItAgain()
    {
        var id = await saga.AddFailedAsync(3, 0, Failed, new() { ToleratedCount = 1 }, unsettled: true);
        var replay = Replay(id);
        await saga.SendAsync(id, replay);
        await saga.SendAsync(id, new ItemsReopened(id, replay.ReplayId, 1));
        await saga.ReplaceSliceAsync(id, 1, settled: true, WorkerFleet.Items.ItemState.Failed);

        Assert.Equal(Failed, (await saga.SendAsync(id, new ItemsExhausted(id, 1, []))).EndStatus);
    }

    private Task<Guid> AddFinishedAsync(Action<BatchState>? change = null) =>
        saga.AddBatchAsync(CompletedWithFailures, b =>
        {
            b.SettledSlices.Add(1);
            b.FinishedAt = Now.AddMinutes(-1);
            change?.Invoke(b);
            return b;
        });

    private static ReplayItems Replay(Guid id) => new(id, Guid.CreateVersion7(), null, null, Now);
}
