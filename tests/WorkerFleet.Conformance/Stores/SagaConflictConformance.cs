using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;
using WorkerFleet.Storage;

namespace WorkerFleet.Conformance.Stores;

/// <summary>Two orchestrators handle messages of one batch at the same time, and get in each other's way.</summary>
public abstract class SagaConflictConformance : StoreSuite
{
    private const int Slices = 60;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly Guid _batch = Guid.CreateVersion7();

    [Fact]
    public async Task TwoOrchestrators_MessagesOfOneBatchAtTheSameTime_AreAllCounted()
    {
        await AddBatchAsync();
        var bothLoaded = new Meeting(2);
        var (first, second) = (
            new CountedBatches(Get<IBatchStore>(), bothLoaded), new CountedBatches(Elsewhere<IBatchStore>(), bothLoaded));
        await using var one = CreateOrchestrator(first, Store);
        await using var other = CreateOrchestrator(second, OpenAgain());
        var buses = new[] { one, other }.Select(orchestrator => orchestrator.GetRequiredService<IBusControl>()).ToList();
        await Task.WhenAll(buses.Select(bus => bus.StartAsync(Token)));

        await Task.WhenAll(Enumerable.Range(0, Slices).Select(async slice =>
        {
            var endpoint = await buses[slice % 2].GetSendEndpoint(new QueueAddresses().Of(QueueNames.Batches));
            await endpoint.Send(new SliceSettled(_batch, slice), Token);
        }));

        var batch = await WaitForAsync(BatchStatus.Aggregating);
        Assert.Equal(Slices, batch.SettledSlices.Count);
        Assert.InRange(first.Conflicts + second.Conflicts, 1, int.MaxValue);
        await Task.WhenAll(buses.Select(bus => bus.StopAsync(Token)));
    }

    /// <summary>A batch whose slices are all settled, which its saga has not been told.</summary>
    private async Task AddBatchAsync()
    {
        for (var slice = 0; slice < Slices; slice++)
            await Get<ILedger>().AddSliceAsync(
                Samples.Slice(_batch, slice, count: 1) with { Pending = new RowSet(1), Counts = new(0, 1, 0, 0, 0) },
                [Samples.Settlement(_batch, (long)slice * Samples.SliceSize)], Token);
        await Get<IBatchStore>().InsertAsync(new()
        {
            CorrelationId = _batch,
            CurrentState = BatchStatus.Processing,
            TotalRows = Slices,
            SlicesDispatched = Slices,
            DispatchComplete = true,
            SubmittedAt = Noon,
        }, Token);
    }

    private T Elsewhere<T>()
        where T : notnull => OpenAgain().GetRequiredService<T>();

    private static ServiceProvider CreateOrchestrator(IBatchStore batches, IServiceProvider store)
    {
        var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(batches)
            .AddSingleton(store.GetRequiredService<ILedger>())
            .AddSingleton(store.GetRequiredService<ISchedule>())
            .AddSingleton(StorePace.Local)
            .AddSingleton<BatchDirectory>()
            .AddSingleton<BatchVerbs>();
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            BatchSagaRepository.Register(bus.AddSagaStateMachine<BatchStateMachine, BatchState, BatchSagaDefinition>());
            bus.UsingInMemory((context, configurator) => configurator.ReceiveEndpoint(
                QueueNames.Batches, endpoint => endpoint.ConfigureSaga<BatchState>(context)));
        });
        return services.BuildServiceProvider();
    }

    private async Task<BatchState> WaitForAsync(string state)
    {
        using var late = new CancellationTokenSource(Limit);
        using var timer = new PeriodicTimer(Interval);
        while (true)
        {
            var batch = (await Get<IBatchStore>().FindAsync(_batch, Token))!;
            if (batch.CurrentState == state || late.IsCancellationRequested)
                return batch;
            await timer.WaitForNextTickAsync(Token);
        }
    }

    /// <summary>Lets nobody go on before all are there.</summary>
    private sealed class Meeting(int missing)
    {
        private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _missing = missing;

        public async Task JoinAsync()
        {
            if (Interlocked.Decrement(ref _missing) == 0)
                _complete.SetResult();
            await _complete.Task.WaitAsync(Limit);
        }
    }

    /// <summary>
    /// Counts the updates that came too late. There is at least one: what was loaded first is not changed before the other
    /// orchestrator has loaded the batch, too.
    /// </summary>
    private sealed class CountedBatches(IBatchStore store, Meeting bothLoaded) : IBatchStore
    {
        private int _loads;
        private int _conflicts;

        public int Conflicts => _conflicts;

        public async Task<BatchState?> FindAsync(Guid batchId, CancellationToken cancellationToken)
        {
            var batch = await store.FindAsync(batchId, cancellationToken);
            if (Interlocked.Increment(ref _loads) == 1)
                await bothLoaded.JoinAsync();
            return batch;
        }

        public Task InsertAsync(BatchState batch, CancellationToken cancellationToken) =>
            store.InsertAsync(batch, cancellationToken);

        public async Task UpdateAsync(BatchState batch, int expectedVersion, CancellationToken cancellationToken)
        {
            try
            {
                await store.UpdateAsync(batch, expectedVersion, cancellationToken);
            }
            catch (BatchConcurrencyException)
            {
                Interlocked.Increment(ref _conflicts);
                throw;
            }
        }

        public Task DeleteAsync(Guid batchId, CancellationToken cancellationToken) =>
            store.DeleteAsync(batchId, cancellationToken);

        public Task<IReadOnlyList<BatchState>> ListAsync(
            Guid? before, bool unfinishedOnly, int limit, CancellationToken cancellationToken) =>
            store.ListAsync(before, unfinishedOnly, limit, cancellationToken);
    }
}
