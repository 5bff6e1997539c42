using WorkerFleet.DynamoDb.Client;
using WorkerFleet.DynamoDb.Ledger;
using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.DynamoDb;

/// <summary>The ledger in the cloud store. Outcomes of a slice that come together are written together.</summary>
internal sealed class DynamoLedger : ILedger, IDisposable
{
    /// <summary>With their events and the block they fill three requests of statements.</summary>
    private const int MaxGroup = (3 * BatchInserts.MaxStatements) - 1;

    private readonly SliceStore _slices;
    private readonly SliceInsertion _insertion;
    private readonly SliceReopening _reopening;
    private readonly SettledReader _settled;
    private readonly LedgerCounts _counts;
    private readonly LedgerDeletion _deletion;
    private readonly Gatherer<(Guid Batch, int Slice, int Round), Settlement, SettleResult> _settlements;

    public DynamoLedger(
        DynamoTables tables, SliceStore slices, SliceInsertion insertion, SettlementWriter writer,
        SliceReopening reopening, SettledReader settled, LedgerCounts counts, LedgerDeletion deletion)
    {
        (_slices, _insertion, _reopening, _settled, _counts, _deletion) =
            (slices, insertion, reopening, settled, counts, deletion);
        _settlements = new(
            writer.SettleAsync,
            settlement => BlockStore.SizeOf(
                settlement.Failure, Math.Min(settlement.Output.Length, BlockStore.LargeOutput)),
            new(MaxGroup, BlockStore.MaxBytes), tables.Options.GatherTime, tables.Time);
    }

    public Task<AddedSlice> AddSliceAsync(
        Slice slice, IReadOnlyList<Settlement> settled, CancellationToken cancellationToken)
    {
        LedgerLimits.Check(slice, settled);
        return _insertion.AddAsync(slice, settled, cancellationToken);
    }

    public async Task<SettleResult> SettleAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        LedgerLimits.Check(settlement);
        return await _settlements.WriteAsync(
            (settlement.BatchId, settlement.Slice, settlement.Round), settlement, cancellationToken);
    }

    public async Task<Slice?> FindSliceAsync(Guid batchId, int number, CancellationToken cancellationToken) =>
        (await _slices.FindAsync(batchId, number, cancellationToken))?.Slice;

    public async Task<IReadOnlyList<Slice>> ReadSlicesAsync(
        Guid batchId, int from, int limit, bool pendingOnly, CancellationToken cancellationToken)
    {
        var found = new List<Slice>();
        await foreach (var page in _slices.PagesAsync(batchId, from, limit, cancellationToken))
        {
            found.AddRange(page.Where(slice => !slice.IsGone && !(pendingOnly && slice.Slice.Pending.IsEmpty))
                .Select(slice => slice.Slice).Take(limit - found.Count));
            if (found.Count >= limit)
                break;
        }

        return found;
    }

    public Task<ItemCounts> CountAsync(Guid batchId, CancellationToken cancellationToken) =>
        _counts.CountAsync(batchId, cancellationToken);

    public Task<IReadOnlyList<Settlement>> ReadSettledAsync(
        Guid batchId, long from, long to, ItemState? state, int limit, CancellationToken cancellationToken) =>
        _settled.ReadAsync(batchId, from, to, state, limit, cancellationToken);

    public Task<Settlement?> FindSettledAsync(Guid batchId, long index, CancellationToken cancellationToken) =>
        _settled.FindAsync(batchId, index, cancellationToken);

    public Task<long?> FindIndexAsync(Guid batchId, string itemId, CancellationToken cancellationToken) =>
        _settled.FindIndexAsync(batchId, itemId, cancellationToken);

    public async Task<IReadOnlyList<ReopenedItem>> ReopenAsync(
        Guid batchId, int slice, IReadOnlyList<long> indexes, int round, CancellationToken cancellationToken)
    {
        var reopened = await _reopening.ReopenAsync(batchId, slice, indexes, round, cancellationToken);
        if (reopened.Count > 0)
            await _counts.MarkAsync(batchId, cancellationToken);
        return reopened;
    }

    public Task<ItemCounts> CountRecordsAsync(Guid batchId, int slice, CancellationToken cancellationToken) =>
        _settled.CountRecordsAsync(batchId, slice, cancellationToken);

    public Task DeleteBatchAsync(Guid batchId, CancellationToken cancellationToken) =>
        _deletion.DeleteAsync(batchId, cancellationToken);

    public void Dispose() => _settlements.Dispose();
}
