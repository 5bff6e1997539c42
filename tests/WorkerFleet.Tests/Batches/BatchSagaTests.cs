using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Dispatch;
using WorkerFleet.Ledger;
using WorkerFleet.Results;
using static WorkerFleet.Batches.BatchStatus;

namespace WorkerFleet.Tests.Batches;

/// <summary>From submission to the end: dispatching, settling, the failure policy, pauses, repairs.</summary>
public sealed class BatchSagaTests(SagaFixture saga) : IClassFixture<SagaFixture>
{
    [Fact]
    public async Task Submit_NewBatch_DispatchesAndSchedulesItsDeadline()
    {
        var id = Guid.CreateVersion7();
        var at = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
        var spec = new BatchSpec { Limits = new() { Deadline = TimeSpan.FromHours(2) } };

        var batch = await saga.SendAsync(id, new SubmitBatch(id, spec, "blob", "f00d", 100, new(0, 7, 2), at, "out"));

        Assert.Equal(
            (Submitted, "blob", 100L, true),
            (batch.CurrentState, batch.SourceBlob, batch.TotalRows, batch.DispatchInFlight));
        Assert.Equal([new(id, new(0, 7, 2), 0, 2)], saga.Sent<DispatchBatch>(m => m.BatchId == id));
        Assert.Equal(at.AddHours(2), Assert.Single(saga.Schedule.Messages, m => m.BatchId == id).DueAt);
    }

    [Fact]
    public async Task Submit_ConflictsWithOthers_IsStoredInTheEnd()
    {
        var id = await saga.AddBatchAsync(Processing);
        saga.Store.FailUpdates(3);

        Assert.Equal(Paused, (await saga.SendAsync(id, new PauseBatch(id))).CurrentState);
    }

    /// <summary>What is paused or cancelled begins no row more, where saga and worker are one process.</summary>
    [Fact]
    public async Task Pause_WorkerInTheSameProcess_KnowsWithoutALookAtTheStore()
    {
        var id = await saga.AddBatchAsync(Processing);
        var view = (await saga.Directory.FindAsync(id, CancellationToken.None))!;
        var halted = view.Halted;

        await saga.SendAsync(id, new PauseBatch(id));
        Assert.True(view.IsPaused && halted.IsCancellationRequested);
        await saga.SendAsync(id, new ResumeBatch(id));
        Assert.False(view.IsPaused || view.Halted.IsCancellationRequested);
    }

    [Fact]
    public async Task AnyMessage_OfAnUnknownBatch_IsDropped()
    {
        var (unknown, known) = (Guid.CreateVersion7(), await saga.AddBatchAsync(Processing));

        await saga.SendAsync(known, new CancelBatch(unknown, "why"));
        await saga.SendAsync(known, new SliceSettled(unknown, 0));

        Assert.Null(await saga.Store.FindAsync(unknown, CancellationToken.None));
    }

    [Fact]
    public async Task Dispatched_WindowOfSixSlices_IsFilledByTwosAndNotOverrun()
    {
        // 2 × concurrency 10 ÷ 4 rows, and one: six slices; slice 0 is drained.
        var id = await saga.AddBatchAsync(Dispatching);

        await saga.SendAsync(id, Report(id, 2, 3));
        Assert.Equal([(5, 2)], DispatchesOf(id));
        await saga.SendAsync(id, Report(id, 5, 2));

        await saga.SendAsync(id, new SliceDraining(id, 1));
        await saga.SendAsync(id, new SliceDraining(id, 1));
        Assert.Equal([(5, 2)], DispatchesOf(id));
        await saga.SendAsync(id, new SliceDraining(id, 2));
        Assert.Equal([(5, 2), (7, 2)], DispatchesOf(id));
    }

    [Fact]
    public async Task Settled_WithRoomForOneSlice_IsFollowedAtOnce()
    {
        var id = await saga.AddBatchAsync(Dispatching);
        await saga.SendAsync(id, Report(id, 2, 5));
        Assert.Empty(DispatchesOf(id));

        await saga.SendAsync(id, new SliceDraining(id, 1));
        Assert.Empty(DispatchesOf(id));
        await saga.SendAsync(id, new SliceSettled(id, 1));

        Assert.Equal([(7, 1)], DispatchesOf(id));
    }

    [Fact]
    public async Task Dispatched_SlicesThatAreHalfSettledAlready_AreNotInTheWindow()
    {
        var id = await saga.AddBatchAsync(Dispatching);

        await saga.SendAsync(id, Report(id, 2, 4) with { Draining = [2, 3], Settled = [4] });

        Assert.Equal([(6, 4)], DispatchesOf(id));
    }

    [Fact]
    public async Task Dispatched_ReportsOfASecondChain_AreNotFollowed()
    {
        var id = await saga.AddBatchAsync(Dispatching, b => b.With(spec => spec with
        {
            Limits = spec.Limits with { Concurrency = 100 },
        }));

        await saga.SendAsync(id, Report(id, 2, 1));
        await saga.SendAsync(id, Report(id, 2, 1));
        var batch = await saga.SendAsync(id, Report(id, 2, 4));

        Assert.Equal(3, batch.SlicesDispatched);
        Assert.Equal([(3, 4)], DispatchesOf(id));
    }

    [Fact]
    public async Task Settled_BeforeItsDispatchIsReported_CountsOnceItIs()
    {
        var id = await saga.AddBatchAsync(Dispatching);
        await saga.AddSliceAsync(id, 2, settled: true);
        await saga.SendAsync(id, new SliceSettled(id, 2));
        var early = await saga.SendAsync(id, new SliceSettled(id, 1));
        Assert.Equal(Dispatching, early.CurrentState);

        var batch = await saga.SendAsync(id, Report(id, 2, 1) with { EndOfSource = true });

        Assert.Equal(Aggregating, batch.CurrentState);
        Assert.Single(saga.Sent<AggregateBatch>(m => m.BatchId == id));
    }

    [Fact]
    public async Task Settled_LateFromBeforeAReplay_IsLeftToTheLedger()
    {
        var id = await saga.AddBatchAsync(Processing);
        await saga.AddSliceAsync(id, 2, settled: false);

        var batch = await saga.SendAsync(id, new SliceSettled(id, 2));

        Assert.False(batch.SettledSlices.Contains(2));
    }

    [Theory]
    [InlineData("first", 1, 0)]
    [InlineData("first", 0, 1)]
    [InlineData("count", 3, 0)]
    [InlineData("count", 1, 2)]
    [InlineData("percentage", 2, 1)]
    public async Task Exhausted_MoreThanTolerated_EndsTheBatchAsFailed(string policy, int failed, int rejected)
    {
        var id = await AddWithPolicyAsync(policy, failed, rejected);

        var batch = await saga.SendAsync(id, new ItemsExhausted(id, 2, []));

        Assert.Equal((Cancelling, Failed), (batch.CurrentState, batch.EndStatus));
        Assert.NotNull(batch.EndReason);
        Assert.Single(saga.Sent<RedriveItems>(m => m.BatchId == id));
    }

    [Theory]
    [InlineData("none", 4, 0)]
    [InlineData("count", 2, 0)]
    [InlineData("count", 0, 2)]
    [InlineData("percentage", 1, 1)]
    public async Task Exhausted_AsManyAsTolerated_GoesOn(string policy, int failed, int rejected)
    {
        var id = await AddWithPolicyAsync(policy, failed, rejected);

        Assert.Equal(Processing, (await saga.SendAsync(id, new ItemsExhausted(id, 2, []))).CurrentState);
    }

    [Fact]
    public async Task Dispatched_RejectedRowsBreakThePolicy_EndsTheBatch()
    {
        var id = await AddWithPolicyAsync("first", 0, 1, Dispatching);

        var batch = await saga.SendAsync(id, Report(id, 3, 1));

        Assert.Equal((Cancelling, Failed), (batch.CurrentState, batch.EndStatus));
    }

    [Fact]
    public async Task Resume_PolicyBrokenWhilePaused_EndsTheBatch()
    {
        var id = await AddWithPolicyAsync("first", 1, 0, Paused);

        Assert.Equal(Cancelling, (await saga.SendAsync(id, new ResumeBatch(id))).CurrentState);
    }

    [Fact]
    public async Task Resume_OfABatchWithADeadline_HoldsItToThat()
    {
        var id = await saga.AddBatchAsync(Paused, b => b.With(spec => spec with
        {
            Limits = spec.Limits with { Deadline = TimeSpan.FromHours(1) },
        }));

        await saga.SendAsync(id, new ResumeBatch(id));

        Assert.Single(saga.Schedule.Messages, m => m.BatchId == id && m.MessageType == nameof(BatchDeadlineReached));
    }

    [Fact]
    public async Task Resume_EverythingSettledMeanwhile_Aggregates()
    {
        var id = await saga.AddBatchAsync(Paused, b =>
        {
            b.SettledSlices.Add(1);
            return b;
        });

        Assert.Equal(Aggregating, (await saga.SendAsync(id, new ResumeBatch(id))).CurrentState);
    }

    [Fact]
    public async Task Cancel_Dispatching_SendsTheRestToBeCancelledWithoutAWindow()
    {
        var id = await saga.AddBatchAsync(Dispatching, b => b.With(dispatched: 40, inFlight: true));

        var batch = await saga.SendAsync(id, new CancelBatch(id, "enough"));

        Assert.Equal(("enough", Cancelled), (batch.EndReason, batch.EndStatus));
        Assert.NotNull(batch.EndRequestedAt);
        Assert.Equal([(40, 4)], DispatchesOf(id));
        Assert.Equal(new(id, 0), Assert.Single(saga.Sent<RedriveItems>(m => m.BatchId == id)));
    }

    [Fact]
    public async Task Resume_NotAllDispatched_LeavesTheRestToTheDispatcher()
    {
        var id = await saga.AddBatchAsync(Paused, b =>
        {
            (b.SlicesDispatched, b.DispatchComplete) = (3, false);
            return b;
        });

        await saga.SendAsync(id, new ResumeBatch(id));

        Assert.Equal(new(id, 0, UpToSlice: 3), Assert.Single(saga.Sent<RedriveItems>(m => m.BatchId == id)));
        Assert.Equal(3, Assert.Single(DispatchesOf(id)).First);
    }

    [Fact]
    public async Task Cancel_ThenDeadline_KeepsTheFirstReason()
    {
        var id = await saga.AddBatchAsync(Processing);
        await saga.SendAsync(id, new CancelBatch(id, "enough"));

        var batch = await saga.SendAsync(id, new BatchDeadlineReached(id));

        Assert.Equal(("enough", Cancelled), (batch.EndReason, batch.EndStatus));
    }

    [Fact]
    public async Task Cancel_EverythingSettledWhileEnding_EndsAsCancelled()
    {
        var id = await saga.AddBatchAsync(Processing);
        await saga.SendAsync(id, new CancelBatch(id, "enough"));
        await saga.SendAsync(id, new SliceSettled(id, 1));

        var batch = await saga.SendAsync(id, new BatchAggregated(id, 0, Cancelled, null));

        Assert.Equal((Cancelled, "enough"), (batch.CurrentState, batch.EndReason));
        Assert.NotNull(batch.FinishedAt);
    }

    [Fact]
    public async Task DispatchFailed_Running_EndsAsFailedWithTheProblem()
    {
        var id = await saga.AddBatchAsync(Dispatching);

        var batch = await saga.SendAsync(id, new DispatchFailed(id, "the source is gone"));

        Assert.Equal(("the source is gone", Failed), (batch.EndReason, batch.EndStatus));
    }

    [Theory]
    [InlineData(Submitted, true, true, false)]
    [InlineData(Dispatching, true, true, false)]
    [InlineData(Processing, false, true, false)]
    [InlineData(Cancelling, false, true, false)]
    [InlineData(Aggregating, false, false, true)]
    [InlineData(Paused, false, false, false)]
    [InlineData(Completed, false, false, false)]
    public async Task Redrive_InEachState_SendsWhatThatStateWaitsFor(
        string state, bool dispatches, bool redrives, bool aggregates)
    {
        var id = await saga.AddBatchAsync(state, b => b.With(inFlight: true));

        await saga.SendAsync(id, new RedriveBatch(id));

        Assert.Equal(dispatches ? 1 : 0, DispatchesOf(id).Count);
        Assert.Equal(redrives ? 1 : 0, saga.Sent<RedriveItems>(m => m.BatchId == id).Count);
        Assert.Equal(aggregates ? 1 : 0, saga.Sent<AggregateBatch>(m => m.BatchId == id).Count);
    }

    [Fact]
    public async Task Incomplete_LedgerHasLess_GoesBackToWorkWithTheLedgersCount()
    {
        var id = await saga.AddBatchAsync(Aggregating, b => b.With(dispatched: 3));
        await saga.AddSliceAsync(id, 2, settled: false);

        var batch = await saga.SendAsync(id, new BatchIncomplete(id, 0));

        Assert.Equal(Processing, batch.CurrentState);
        Assert.Equal([0, 1], batch.SettledSlices.Numbers());
        Assert.Single(saga.Sent<RedriveItems>(m => m.BatchId == id));
    }

    [Theory]
    [InlineData(Completed, Completed)]
    [InlineData(CompletedWithFailures, CompletedWithFailures)]
    [InlineData(Failed, Failed)]
    [InlineData(Cancelled, Cancelled)]
    public async Task Aggregated_Status_IsTheStateItEndsIn(string status, string expected)
    {
        var id = await saga.AddBatchAsync(Aggregating);

        var batch = await saga.SendAsync(id, new BatchAggregated(id, 0, status, "no room"));

        Assert.Equal((expected, "no room"), (batch.CurrentState, batch.OutputProblem));
    }

    [Fact]
    public async Task Exhausted_Items_GoToTheDeadLetterQueueOneByOne()
    {
        var id = await saga.AddBatchAsync(Processing);
        var letters = Enumerable.Range(0, 3).Select(i => SagaFixture.LetterOf(id, i)).ToList();

        await saga.SendAsync(id, new ItemsExhausted(id, 0, letters));

        Assert.Equal([0L, 1, 2], saga.Sent<DeadLetterItem>(m => m.Item.BatchId == id).Select(m => m.Letter.Index));
    }

    /// <summary>A third slice of four rows, of which so many failed and were rejected; 12 rows in all.</summary>
    private Task<Guid> AddWithPolicyAsync(string policy, int failed, int rejected, string state = Processing) =>
        saga.AddFailedAsync(failed, rejected, state, policy switch
        {
            "first" => new() { StopOnFirst = true },
            "count" => new() { ToleratedCount = 2 },
            "percentage" => new() { ToleratedPercentage = 20 },
            _ => new(),
        });

    private List<(int First, int Slices)> DispatchesOf(Guid id) =>
        [.. saga.Sent<DispatchBatch>(m => m.BatchId == id).Select(m => (m.FirstSlice, m.Slices))];

    private static SlicesDispatched Report(Guid id, int first, int count) => new(
        id, first, count, new((first + count) * SagaFixture.SliceSize, 1_000, 1), EndOfSource: false, []);
}
