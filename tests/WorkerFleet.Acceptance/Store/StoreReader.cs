using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Sqlite;

namespace WorkerFleet.Acceptance.Store;

/// <summary>
/// Looks into a store beside the processes that work on it. Of the embedded store: dispose it before a process is killed,
/// since the last one to close the database tidies it up, and that has to be left to those under test.
/// </summary>
internal sealed class StoreReader : IAsyncDisposable
{
    private const int MostEvents = 1_000;

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

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
