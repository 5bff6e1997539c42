using WorkerFleet.DynamoDb.Client;
using WorkerFleet.DynamoDb.Ledger;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;

namespace WorkerFleet.DynamoDb;

/// <summary>The ledger in the cloud store. Outcomes of a slice that come together are written together.</summary>
internal sealed class DynamoLedger : ILedger, IDisposable
{
    /// <summary>
    /// Rows of one update, whose condition names each: far within DynamoDB's 4 KB of an expression and 300 operators in it.
    /// </summary>
    private const int MaxGroup = 75;

    private readonly IJournal _journal;
    private readonly SliceStore _slices;
    private readonly SliceInsertion _insertion;
    private readonly SliceReopening _reopening;
    private readonly SettledReader _settled;
    private readonly LedgerCounts _counts;
    private readonly LedgerDeletion _deletion;
    private readonly LedgerRenewal _renewal;
    private readonly Gatherer<(Guid Batch, int Slice, int Round), Settlement, SettleResult> _settlements;

    public DynamoLedger(
        DynamoTables tables, IJournal journal, SliceStore slices, SliceInsertion insertion, SettlementWriter writer,
        SliceReopening reopening, SettledReader settled, LedgerCounts counts, LedgerDeletion deletion,
        LedgerRenewal renewal)
    {
        (_journal, _slices, _insertion, _reopening, _settled, _counts, _deletion, _renewal) =
            (journal, slices, insertion, reopening, settled, counts, deletion, renewal);
        _settlements = new(
            "settlements",
            writer.SettleAsync,
            settlement => BlockStore.SizeOf(
                settlement.Failure, Math.Min(settlement.Output.Length, BlockStore.LargeOutput)),
            new(MaxGroup, BlockStore.MaxBytes), tables.Options.GatherTime, tables.Time);
    }

    public async Task<AddedSlice> AddSliceAsync(
        Slice slice, IReadOnlyList<Settlement> settled, CancellationToken cancellationToken)
    {
        LedgerLimits.Check(slice, settled);
        var added = await _insertion.AddAsync(slice, settled, cancellationToken);
        if (added.Added)
            await Task.WhenAll(settled.Select(settlement => settlement.Event).OfType<JournalEvent>()
                .Select(terminal => _journal.AppendAsync(terminal, CancellationToken.None)));
        return added;
    }

    /// <remarks>
    /// The event comes behind the outcome that counts. Before it, an event could stay behind of an outcome that was never
    /// counted, and the row be invoked again although its journal says that it succeeded.
    /// </remarks>
    public async Task<SettleResult> SettleAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        LedgerLimits.Check(settlement);
        var result = await _settlements.WriteAsync(
            (settlement.BatchId, settlement.Slice, settlement.Round), settlement, cancellationToken);
        if (result.Outcome == SettleOutcome.Settled && settlement.Event is { } terminal)
            await _journal.AppendAsync(terminal, CancellationToken.None);
        return result;
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

    public Task<LedgerSums> SumAsync(Guid batchId, CancellationToken cancellationToken) =>
        _counts.SumAsync(batchId, cancellationToken);

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

    public Task KeepAsync(Guid batchId, DateTimeOffset submittedAt, CancellationToken cancellationToken) =>
        _renewal.RenewAsync(batchId, submittedAt, cancellationToken);

    public void Dispose() => _settlements.Dispose();
}
