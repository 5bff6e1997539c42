using WorkerFleet.Batches;
using WorkerFleet.Dispatch;
using static WorkerFleet.Batches.BatchStatus;

namespace WorkerFleet.Tests.Batches;

/// <summary>Limits that are changed while a batch runs.</summary>
public sealed class SetLimitsTests(SagaFixture saga) : IClassFixture<SagaFixture>
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(Submitted, true)]
    [InlineData(Dispatching, true)]
    [InlineData(Processing, true)]
    [InlineData(Paused, true)]
    [InlineData(Cancelling, false)]
    [InlineData(Aggregating, false)]
    [InlineData(Completed, false)]
    [InlineData(CompletedWithFailures, false)]
    [InlineData(Failed, false)]
    [InlineData(Cancelled, false)]
    public async Task SetLimits_InState_ChangesThemOnlyWhileThereIsSomethingToLimit(string state, bool changes)
    {
        var id = await saga.AddBatchAsync(state);
        var change = new SetLimits(id, Noon, 100, TimeSpan.FromSeconds(5), 7, BatchPriority.High);

        var batch = await saga.SendAsync(id, change);

        var (limits, retry) = (batch.Spec.Limits, batch.Spec.Retry);
        Assert.Equal(changes ? Noon : null, batch.LimitsChangedAt);
        var set = (limits.Concurrency, limits.AttemptTimeout, retry.MaxAttempts, limits.Priority);
        if (changes)
            Assert.Equal((100, TimeSpan.FromSeconds(5), 7, BatchPriority.High), set);
        else
            Assert.Equal(new BatchSpec().Limits with { SliceSize = SagaFixture.SliceSize }, limits);
    }

    [Fact]
    public async Task SetLimits_OneOfThem_LeavesTheOthers()
    {
        var id = await saga.AddBatchAsync(Processing);
        await saga.SendAsync(id, new SetLimits(id, Noon, Concurrency: 33));

        var batch = await saga.SendAsync(id, new SetLimits(id, Noon.AddSeconds(1), MaxAttempts: 9));

        var defaults = new BatchSpec();
        Assert.Equal(
            defaults.Limits with { SliceSize = SagaFixture.SliceSize, Concurrency = 33 }, batch.Spec.Limits);
        Assert.Equal(defaults.Retry with { MaxAttempts = 9 }, batch.Spec.Retry);
    }

    [Fact]
    public async Task SetLimits_EarlierChangeThatArrivesLater_ChangesNothing()
    {
        var id = await saga.AddBatchAsync(Processing);
        await saga.SendAsync(id, new SetLimits(id, Noon, Concurrency: 33));

        await saga.SendAsync(id, new SetLimits(id, Noon.AddSeconds(-1), Concurrency: 44));
        var batch = await saga.SendAsync(id, new SetLimits(id, Noon, Concurrency: 55));

        Assert.Equal((33, (DateTimeOffset?)Noon), (batch.Spec.Limits.Concurrency, batch.LimitsChangedAt));
    }

    [Fact]
    public async Task SetLimits_MoreConcurrency_FillsTheLargerWindowAtOnce()
    {
        // Concurrency 2 is a window of two slices, of which slice 1 and 2 take both; 20 is one of eleven.
        var id = await saga.AddBatchAsync(Dispatching, batch => batch.With(dispatched: 3).With(spec => spec with
        {
            Limits = spec.Limits with { Concurrency = 2 },
        }));
        await saga.SendAsync(id, new SetLimits(id, Noon, Priority: BatchPriority.Low));
        Assert.Empty(saga.Sent<DispatchBatch>(m => m.BatchId == id));

        await saga.SendAsync(id, new SetLimits(id, Noon.AddSeconds(1), Concurrency: 20));

        Assert.Equal(3, Assert.Single(saga.Sent<DispatchBatch>(m => m.BatchId == id)).FirstSlice);
    }

    [Fact]
    public async Task SetLimits_WhilePaused_SendsNothing()
    {
        var id = await saga.AddBatchAsync(Paused, batch => batch.With(dispatched: 2));

        await saga.SendAsync(id, new SetLimits(id, Noon, Concurrency: 1_000));

        Assert.Empty(saga.Sent<DispatchBatch>(m => m.BatchId == id));
    }
}
