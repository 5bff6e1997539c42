using Microsoft.Extensions.DependencyInjection;
using Serilog;
using WorkerFleet.Api.Workers;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.DeadLetters;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Scheduling;
using WorkerFleet.Sqlite;
using WorkerFleet.Storage;
using WorkerFleet.Workers;

namespace WorkerFleet.Cli.Doctor.Facts;

/// <summary>
/// Reads the store by its own services alone, so that agents or a broker that are badly configured do not hide what is in it.
/// </summary>
internal sealed class StoreFacts : IFleetFacts, IAsyncDisposable
{
    private const int MostBatches = 1_000;
    private const int MostGroups = 50;

    /// <summary>Rows of a batch that are looked into: enough to see a kind of trouble, and a read each.</summary>
    private const int SampledSlices = 2;

    private const int SampledOfSlice = 16;

    private const int MaxEvents = 1_000;

    /// <summary>The doctor does not wait for a lock as long as a run does: that somebody holds it is a finding.</summary>
    private static readonly SqliteStoreOptions Impatient = new() { LockTimeout = TimeSpan.FromSeconds(2) };

    private readonly Lazy<ServiceProvider> _services;
    private readonly bool _mayHoldBatches;
    private readonly TimeProvider _time;
    private Task<IReadOnlyList<WorkerRecord>>? _processes;
    private Task<IReadOnlyList<BatchProgress>>? _unfinished;

    /// <param name="cli">The process.</param>
    /// <param name="common">Store and configuration.</param>
    /// <param name="store">The store; null where the configuration does not say.</param>
    /// <param name="isFleet">Whether the batches are a fleet's.</param>
    public StoreFacts(CliContext cli, CommonValues common, StoreChoice? store, bool isFleet)
    {
        _time = cli.Time;
        _mayHoldBatches = store is { MayHoldBatches: true };
        _services = new(() =>
        {
            var services = new ServiceCollection();
            services.AddLogging(logging => logging.AddSerilog(FleetLogging.Create(cli, common), dispose: true));
            services.AddSingleton(cli.Time);
            store!.AddTo(services, Impatient);
            if (isFleet)
                services.AddSingleton<IBatchDrivers, FleetDrivers>();
            services.AddSingleton<BatchQueries>();
            return services.BuildServiceProvider();
        });
    }

    public async Task<bool> CanBeReadAsync(CancellationToken cancellationToken)
    {
        if (!_mayHoldBatches)
            return false;
        try
        {
            await UnfinishedAsync(cancellationToken);
            await ProcessesAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            return false;
        }
    }

    /// <summary>Whether the store says so of itself, or of what is beneath it.</summary>
    public static bool IsExpected(Exception exception) =>
        exception is StoreException or IOException or UnauthorizedAccessException;

    public Task<IReadOnlyList<WorkerRecord>> ProcessesAsync(CancellationToken cancellationToken) =>
        _processes ??= Get<IWorkerRegistry>().ListAsync(_time.GetUtcNow() - WorkerStanding.ShownFor, cancellationToken);

    public Task<IReadOnlyList<BatchProgress>> UnfinishedAsync(CancellationToken cancellationToken) =>
        _unfinished ??= Get<BatchQueries>().ListAsync(unfinishedOnly: true, MostBatches, cancellationToken);

    public async Task<IReadOnlyList<PendingItem>> SampleAsync(Guid batchId, CancellationToken cancellationToken)
    {
        var slices = await Get<ILedger>().ReadSlicesAsync(batchId, 0, SampledSlices, pendingOnly: true, cancellationToken);
        var items = new List<PendingItem>();
        foreach (var index in slices.SelectMany(slice =>
            slice.Pending.Numbers().Take(SampledOfSlice).Select(number => slice.FirstIndex + number)))
            items.Add(new(index, await Get<IJournal>().ReadAsync(
                ItemSession.IdFor(batchId, index), MaxEvents, cancellationToken)));
        return items;
    }

    public Task<DateTimeOffset?> EarliestScheduledAsync(CancellationToken cancellationToken) =>
        Get<ISchedule>().FindEarliestAsync(cancellationToken);

    public Task<IReadOnlyList<DeadLetterGroup>> FailuresAsync(CancellationToken cancellationToken) =>
        Get<IDeadLetters>().ReadGroupsAsync(batchId: null, MostGroups, cancellationToken);

    public void LookAgain() => (_processes, _unfinished) = (null, null);

    public ValueTask DisposeAsync() => _services.IsValueCreated ? _services.Value.DisposeAsync() : ValueTask.CompletedTask;

    private T Get<T>() where T : notnull => _services.Value.GetRequiredService<T>();
}
