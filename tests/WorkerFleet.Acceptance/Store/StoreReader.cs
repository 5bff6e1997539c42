using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;
using WorkerFleet.Sqlite;
using WorkerFleet.Workers;

namespace WorkerFleet.Acceptance.Store;

/// <summary>
/// Looks into a store beside the processes that work on it. Of the embedded store: dispose it before a process is killed,
/// since the last one to close the database tidies it up, and that has to be left to those under test.
/// </summary>
internal sealed class StoreReader : IAsyncDisposable
{
    private const int MostEvents = 1_000;
    private const int MostExplained = 3;

    private static readonly TimeSpan RecentlySeen = TimeSpan.FromMinutes(1);

    private readonly ServiceProvider _services;

    /// <summary>The embedded store in that folder.</summary>
    public StoreReader(string dataFolder)
        : this(services => services.AddSqliteStore(dataFolder))
    {
    }

    public StoreReader(Action<IServiceCollection> addStore)
    {
        var services = new ServiceCollection().AddLogging();
        addStore(services);
        _services = services.AddFleet().BuildServiceProvider();
    }

    /// <summary>The processes of the fleet, by their heartbeats.</summary>
    public IWorkerRegistry Workers => _services.GetRequiredService<IWorkerRegistry>();

    /// <summary>What is to be sent at a time.</summary>
    public ISchedule Schedule => _services.GetRequiredService<ISchedule>();

    /// <summary>The newest batch, or null.</summary>
    public async Task<BatchProgress?> FindLatestAsync()
    {
        var queries = _services.GetRequiredService<BatchQueries>();
        var (batch, _) = await queries.ResolveAsync(BatchQueries.Latest, CancellationToken.None);
        return batch is null ? null : await queries.FindAsync(batch.CorrelationId, CancellationToken.None);
    }

    public async Task<BatchProgress> LatestAsync() =>
        await FindLatestAsync() ?? throw new InvalidOperationException("There is no batch.");

    public async Task<BatchProgress> ProgressAsync(Guid batch) =>
        await _services.GetRequiredService<BatchQueries>().FindAsync(batch, CancellationToken.None)
        ?? throw new InvalidOperationException($"There is no batch {batch}.");

    public async Task<int> CountBatchesAsync() =>
        (await _services.GetRequiredService<BatchQueries>().ListAsync(false, 1_000, CancellationToken.None)).Count;

    public Task<AuditReport> AuditAsync(Guid batchId) =>
        _services.GetRequiredService<LedgerAudit>().AuditAsync(batchId, CancellationToken.None);

    /// <summary>The journal of a session.</summary>
    public Task<IReadOnlyList<JournalEvent>> ReadEventsAsync(string session) =>
        _services.GetRequiredService<IJournal>().ReadAsync(session, MostEvents, CancellationToken.None);

    /// <summary>All events of an item.</summary>
    public async Task<IReadOnlyList<JournalEvent>> ReadEventsAsync(Guid batchId, long index) =>
        await _services.GetRequiredService<IJournal>().ReadAsync(
            ItemSession.IdFor(batchId, index), MostEvents, CancellationToken.None);

    /// <summary>Sessions whose success is in the journal.</summary>
    public async Task<IReadOnlySet<string>> ReadSucceededSessionsAsync(BatchState batch)
    {
        var sessions = new HashSet<string>();
        for (var index = 0; index < batch.TotalRows; index++)
        {
            var events = await ReadEventsAsync(ItemSession.IdFor(batch.CorrelationId, index));
            foreach (var success in events.Where(journaled => journaled.Status == JournalStatus.InvocationSucceeded))
                sessions.Add(ItemSession.ForAttempt(batch.CorrelationId, index, success.Attempt));
        }
        return sessions;
    }

    /// <summary>For whoever asks why a batch stands still: the first rows that are pending with their events, and the workers.</summary>
    public async Task<string> ExplainAsync(Guid batchId)
    {
        var text = new StringBuilder();
        var ledger = _services.GetRequiredService<ILedger>();
        foreach (var slice in await ledger.ReadSlicesAsync(batchId, 0, MostExplained, true, CancellationToken.None))
            foreach (var row in Enumerable.Range(0, slice.Count).Where(slice.Pending.Contains).Take(MostExplained))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  row {slice.FirstIndex + row} is pending:");
                foreach (var e in await ReadEventsAsync(batchId, slice.FirstIndex + row))
                    text.AppendLine(
                        CultureInfo.InvariantCulture, $"    {e.At:HH:mm:ss.fff} {e.Status} {e.Attempt} {e.WorkerId} {e.Detail}");
            }
        foreach (var worker in await _services.GetRequiredService<IWorkerRegistry>()
            .ListAsync(TimeProvider.System.GetUtcNow() - RecentlySeen, CancellationToken.None))
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"  {worker.Id} seen {worker.SeenAt:HH:mm:ss.fff}: {worker.Status}, {worker.InFlight} in flight of " +
                $"{worker.Capacity}, batches [{string.Join(", ", worker.Batches)}] {string.Join("; ", worker.AgentNotes)}");
        return text.ToString();
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
