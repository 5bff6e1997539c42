using System.Text.Json;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Batches;

/// <summary>The saga on MassTransit's test harness, with our repository over a store in memory.</summary>
public sealed class SagaFixture : IAsyncLifetime
{
    /// <summary>Rows in each slice of a batch that <see cref="AddBatchAsync"/> makes.</summary>
    public const int SliceSize = 4;

    private readonly ServiceProvider _services;
    private readonly BusWatch _watch;

    public SagaFixture()
    {
        _services = new ServiceCollection()
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IBatchStore>(Store)
            .AddSingleton<ILedger>(Ledger)
            .AddSingleton<ISchedule>(Schedule)
            .AddSingleton(StorePace.Local)
            .AddSingleton<BatchDirectory>()
            .AddSingleton<BatchVerbs>()
            .AddMassTransitTestHarness(bus =>
            {
                BatchSagaRepository.Register(
                    bus.AddSagaStateMachine<BatchStateMachine, BatchState, BatchSagaDefinition>());
                bus.UsingInMemory((context, configurator) => configurator.ReceiveEndpoint(
                    QueueNames.Batches, endpoint => endpoint.ConfigureSaga<BatchState>(context)));
            })
            .BuildServiceProvider(validateScopes: true);
        Harness = _services.GetRequiredService<ITestHarness>();
        _watch = new(Harness.Bus);
    }

    internal SnapshotBatchStore Store { get; } = new();

    internal InMemoryLedger Ledger { get; } = new();

    internal InMemorySchedule Schedule { get; } = new();

    public ITestHarness Harness { get; }

    internal BatchDirectory Directory => _services.GetRequiredService<BatchDirectory>();

    public Task InitializeAsync() => Harness.Start();

    public async Task DisposeAsync() => await _services.DisposeAsync();

    /// <summary>
    /// A batch in that state with two slices dispatched. Both are settled in the ledger; the saga knows of the first only.
    /// </summary>
    public async Task<Guid> AddBatchAsync(string state, Func<BatchState, BatchState>? change = null)
    {
        var id = Guid.CreateVersion7();
        var batch = new BatchState
        {
            CorrelationId = id,
            CurrentState = state,
            TotalRows = 2 * SliceSize,
            SlicesDispatched = 2,
            DispatchComplete = state is not (BatchStatus.Submitted or BatchStatus.Dispatching),
            Cursor = new(2 * SliceSize, 100, 9),
            Spec = new() { Limits = new() { SliceSize = SliceSize } },
        };
        batch.SettledSlices.Add(0);
        batch.DrainedSlices.Add(0);
        if (state == BatchStatus.Cancelling)
            batch.EndStatus = BatchStatus.Cancelled;
        await AddSliceAsync(id, 0, settled: true);
        await AddSliceAsync(id, 1, settled: true);
        await Store.InsertAsync(change?.Invoke(batch) ?? batch, CancellationToken.None);
        return id;
    }

    /// <summary>
    /// A batch of three slices under that policy; of the third one so many rows failed and were rejected.
    /// </summary>
    /// <param name="unsettled">Whether slice 1 is still pending.</param>
    internal async Task<Guid> AddFailedAsync(
        int failed, int rejected, string state, FailurePolicy policy, bool unsettled = false)
    {
        var id = await AddBatchAsync(state, batch =>
        {
            batch.TotalRows = 3 * SliceSize;
            batch.SlicesDispatched = 3;
            batch.FinishedAt = BatchStatus.IsFinal(state) ? DateTimeOffset.UnixEpoch : null;
            return batch.With(spec => spec with { Failures = policy });
        });
        if (unsettled)
            await ReplaceSliceAsync(id, 1, settled: false);
        await AddSliceAsync(id, 2, settled: false);
        var pending = RowSet.Full(SliceSize);
        for (var row = 0; row < failed + rejected; row++)
            pending.Remove(row);
        Ledger.Slices[(id, 2)] = Ledger.Slices[(id, 2)] with
        {
            Pending = pending,
            Counts = new(SliceSize - failed - rejected, 0, failed, rejected, 0),
        };
        return id;
    }

    internal Task<AddedSlice> ReplaceSliceAsync(
        Guid batchId, int number, bool settled, ItemState state = ItemState.Succeeded)
    {
        Ledger.Slices.Remove((batchId, number));
        return AddSliceAsync(batchId, number, settled, state);
    }

    internal static DeadLetterItem LetterOf(Guid batchId, long index) => new(
        new(batchId, index, 1, "agent", JsonElement.Parse("{}")),
        DeadLetter.Of(new()
        {
            BatchId = batchId,
            Index = index,
            Slice = 0,
            State = ItemState.Failed,
            SettledAt = DateTimeOffset.UnixEpoch,
            Failure = new(FailureKind.InvalidInput, "no", Retryable: false),
        }));

    internal Task<AddedSlice> AddSliceAsync(Guid batchId, int number, bool settled, ItemState state = ItemState.Succeeded)
    {
        var counts = new ItemCounts(SliceSize, 0, 0, 0, 0);
        return Ledger.AddSliceAsync(
            new(batchId, number, new(number * SliceSize, number * 50, (number * SliceSize) + 1),
                new((number + 1) * SliceSize, (number + 1) * 50, ((number + 1) * SliceSize) + 1), SliceSize,
                settled ? new RowSet() : RowSet.Full(SliceSize),
                settled ? counts.Move(ItemState.Pending, state, SliceSize) : counts),
            [], CancellationToken.None);
    }

    /// <summary>Sends to the saga and waits until it has been consumed; fails where the consumer did.</summary>
    /// <returns>The batch after it.</returns>
    public async Task<BatchState> SendAsync<T>(Guid batchId, T message)
        where T : class
    {
        Assert.Null(await _watch.ConsumedAsync(Harness.Bus, QueueNames.Batches, message));
        return await Store.FindAsync(batchId, CancellationToken.None)
            ?? throw new InvalidOperationException("The batch is gone.");
    }

    /// <summary>What was sent so far and fits, in order.</summary>
    public IReadOnlyList<T> Sent<T>(Func<T, bool> filter) => [.. _watch.Sent<T>().Where(filter)];
}
