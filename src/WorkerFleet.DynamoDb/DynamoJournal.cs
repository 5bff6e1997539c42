using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Journal;

namespace WorkerFleet.DynamoDb;

/// <summary>The journal in the cloud store. Events that come together are written together, 25 in a request.</summary>
internal sealed class DynamoJournal : IJournal, IDisposable
{
    private const int MaxBytes = 4 * 1024 * 1024;

    private readonly DynamoTables _tables;
    private readonly BatchReads _reads;
    private readonly Gatherer<int, JournalEvent, bool> _appends;

    public DynamoJournal(DynamoTables tables, BatchInserts inserts, BatchReads reads)
    {
        _tables = tables;
        _reads = reads;
        _appends = new(
            "journal",
            async (_, events) => await inserts.InsertAsync(
                [.. events.Select(journalEvent => JournalItems.InsertOf(journalEvent, tables))], CancellationToken.None),
            journalEvent => 512 + (journalEvent.Detail?.Length ?? 0),
            new(BatchInserts.MaxStatements, MaxBytes), tables.Options.GatherTime, tables.Time);
    }

    public Task<bool> AppendAsync(JournalEvent journalEvent, CancellationToken cancellationToken) =>
        _appends.WriteAsync(0, journalEvent, cancellationToken);

    public async Task<IReadOnlyList<JournalEvent>> ReadAsync(
        string sessionId, int limit, CancellationToken cancellationToken)
    {
        var query = BatchReads.Under(
            _tables.Journal, JournalItems.PartitionOf(sessionId), JournalItems.SortPrefix, consistent: true);
        query.Limit = limit;
        var events = new List<JournalEvent>();
        await foreach (var item in _reads.QueryAsync(query, cancellationToken))
        {
            events.Add(JournalItems.Read(sessionId, item));
            if (events.Count == limit)
                break;
        }

        return events;
    }

    public void Dispose() => _appends.Dispose();
}
