using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Sqlite.Database;

namespace WorkerFleet.Sqlite;

/// <summary>The ledger in the embedded store.</summary>
internal sealed class SqliteLedger(SqliteDatabase database) : ILedger
{
    public Task<AddedSlice> AddSliceAsync(
        Slice slice, IReadOnlyList<Settlement> settled, CancellationToken cancellationToken)
    {
        LedgerChecks.Slice(slice, settled);
        return database.WriteAsync(
            transaction => LedgerWrites.AddSlice(transaction, slice, settled), cancellationToken);
    }

    public Task<SettleResult> SettleAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        LedgerChecks.Settlement(settlement);
        return database.WriteAsync(
            transaction => LedgerWrites.Settle(transaction, settlement), cancellationToken, settlement.Output.Length);
    }

    public Task<Slice?> FindSliceAsync(Guid batchId, int number, CancellationToken cancellationToken) =>
        ReadAsync(
            batchId,
            (connection, ledger) => number < 0 ? null : SliceRows.Find(connection, batchId, ledger, number),
            none: null,
            cancellationToken);

    public Task<IReadOnlyList<Slice>> ReadSlicesAsync(
        Guid batchId, int from, int limit, bool pendingOnly, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<Slice>>(
            batchId,
            (connection, ledger) => SliceRows.Read(connection, batchId, ledger, from, limit, pendingOnly),
            none: [],
            cancellationToken);

    public Task<LedgerSums> SumAsync(Guid batchId, CancellationToken cancellationToken) =>
        ReadAsync(batchId, SliceRows.Sum, none: default, cancellationToken);

    public Task<IReadOnlyList<Settlement>> ReadSettledAsync(
        Guid batchId, long from, long to, ItemState? state, int limit, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<Settlement>>(
            batchId,
            (connection, ledger) => ItemRows.Read(connection, batchId, ledger, from, to, state, limit),
            none: [],
            cancellationToken);

    public Task<Settlement?> FindSettledAsync(Guid batchId, long index, CancellationToken cancellationToken) =>
        ReadAsync(
            batchId,
            (connection, ledger) =>
                ItemRows.Read(connection, batchId, ledger, index, index + 1, state: null, limit: 1).FirstOrDefault(),
            none: null,
            cancellationToken);

    public Task<long?> FindIndexAsync(Guid batchId, string itemId, CancellationToken cancellationToken) =>
        ReadAsync(
            batchId,
            (connection, ledger) => ItemRows.FindIndex(connection, ledger, itemId),
            none: null,
            cancellationToken);

    public Task<IReadOnlyList<ReopenedItem>> ReopenAsync(
        Guid batchId, int slice, IReadOnlyList<long> indexes, int round, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<ReopenedItem>>(
            transaction => LedgerWrites.Reopen(transaction, batchId, slice, indexes, round), cancellationToken);

    public Task<ItemCounts> CountRecordsAsync(Guid batchId, int slice, CancellationToken cancellationToken) =>
        ReadAsync(
            batchId,
            (connection, ledger) => SliceRows.Find(connection, batchId, ledger, slice) is { } found
                ? ItemRows.Count(connection, ledger, found)
                : default,
            none: default,
            cancellationToken);

    public Task DeleteBatchAsync(Guid batchId, CancellationToken cancellationToken) =>
        database.DeleteAsync(transaction => LedgerWrites.DeleteSome(transaction, batchId), cancellationToken);

    private Task<T> ReadAsync<T>(
        Guid batchId, Func<Connection, LedgerKeys, T> read, T none, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection => LedgerKeys.Find(connection, batchId) is { } ledger ? read(connection, ledger) : none,
            cancellationToken);
}
