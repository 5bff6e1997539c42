using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Results;

namespace WorkerFleet.Ledger;

/// <summary>Compares every slice with its neighbour, with itself, and with its item records.</summary>
internal sealed class SliceAudit(IBatchStore batches, ILedger ledger, BatchState batch)
{
    /// <summary>A slice can change while it is read, but at most once a row and round.</summary>
    private const int MaxReads = 10_000;

    private readonly AuditFinding _chain = new(
        "Slices are numbered without a gap, and each begins where the one before ends.");
    private readonly AuditFinding _sums = new("The rows of all slices and those not dispatched yet add up to the rows in.");
    private readonly AuditFinding _bits = new("Every slice has as many pending rows as it counts.");
    private readonly AuditFinding _records = new("The item records of every slice agree with its counts.");
    private readonly AuditFinding _rows = new("Every settled row has one record, and no pending row has any.");
    private readonly AuditFinding _usage = new("What the rows of every slice used adds up to what the slice has for them.");
    private readonly AuditFinding _settled = new("Slices that the batch takes for settled are settled.");

    private SourcePosition _end = batch.SourceStart;
    private ItemCounts _counts;
    private AgentUsage _used;
    private int _slices;
    private long _rowsInSlices;

    /// <summary>All items by state; rows that are not dispatched yet count as pending.</summary>
    public ItemCounts Counts => _counts with { Pending = _counts.Pending + Math.Max(batch.TotalRows - _rowsInSlices, 0) };

    /// <summary>Takes the next slice, in the order of their numbers.</summary>
    public async Task CompareAsync(Slice slice, CancellationToken cancellationToken)
    {
        _chain.Expect(slice.Number == _slices, $"After slice {_slices - 1} comes slice {slice.Number}.");
        _chain.Expect(
            slice.Start == _end,
            $"Slice {slice.Number} begins at {AuditFinding.Text(slice.Start)}, not at {AuditFinding.Text(_end)}.");
        _chain.Expect(
            slice.End.Index - slice.Start.Index == slice.Count,
            $"Slice {slice.Number} has {slice.Count} rows but goes from row {slice.Start.Index} to {slice.End.Index}.");
        slice = await CompareRecordsAsync(slice, cancellationToken);
        await CompareWithBatchAsync(slice, cancellationToken);
        _end = slice.End;
        _slices = slice.Number + 1;
        _rowsInSlices += slice.Count;
        _counts += slice.Counts;
        _used += slice.Usage;
    }

    public IReadOnlyList<AuditCheck> Conclude()
    {
        var undispatched = batch.TotalRows - _rowsInSlices;
        _sums.Expect(undispatched >= 0, $"{_rowsInSlices} rows lie in slices, more than the {batch.TotalRows} rows in.");
        _sums.Expect(
            undispatched <= 0 || !batch.DispatchComplete,
            $"{undispatched} rows lie in no slice although the batch takes all for dispatched.");
        _sums.Expect(
            _slices >= batch.SlicesDispatched,
            $"There are {_slices} slices; the batch has dispatched {batch.SlicesDispatched}.");
        foreach (var number in batch.SettledSlices.Numbers().Where(number => number >= _slices))
            _settled.Contradict($"Slice {number} counts as settled but does not exist.");
        return
        [
            _chain.Conclude($"{CountText.Of(_slices, "slice")}."),
            _sums.Conclude($"{_rowsInSlices} + {Math.Max(undispatched, 0)} = {batch.TotalRows}."),
            _bits.Conclude($"{CountText.Of(_counts.Pending, "pending row")}."),
            _records.Conclude($"{CountText.Of(_counts.Settled, "record")}."),
            _rows.Conclude($"{CountText.Of(_counts.Settled, "record")}."),
            _usage.Conclude($"{Text(_used)}."),
            _settled.Conclude($"{CountText.Of(batch.SettledSlices.Count, "slice")}."),
        ];
    }

    /// <summary>Compares until it fits, or until the slice did not change while it was being compared.</summary>
    private async Task<Slice> CompareRecordsAsync(Slice slice, CancellationToken cancellationToken)
    {
        for (var read = 0; read < MaxReads; read++)
        {
            var records = await ledger.CountRecordsAsync(batch.CorrelationId, slice.Number, cancellationToken);
            var (row, used) = await ReadRecordsAsync(slice, cancellationToken);
            var again = records == slice.Counts && row is null && IsUsage(slice, used)
                ? slice
                : await ledger.FindSliceAsync(batch.CorrelationId, slice.Number, cancellationToken);
            if (again is null || IsSame(again, slice))
            {
                CompareWithItself(slice);
                _records.Expect(
                    records == slice.Counts,
                    $"The records of slice {slice.Number} are {Text(records)}; it counts {Text(slice.Counts)}.");
                if (row is { } index)
                    _rows.Contradict($"Row {index} of slice {slice.Number} is {PendingOrNot(slice, index)}.");
                _usage.Expect(
                    IsUsage(slice, used),
                    $"The rows of slice {slice.Number} used {Text(used)}; the slice has {Text(slice.Usage)}.");
                return slice;
            }
            slice = again;
        }
        _records.Contradict($"Slice {slice.Number} kept changing while it was read {MaxReads} times.");
        return slice;
    }

    private void CompareWithItself(Slice slice)
    {
        _bits.Expect(
            slice.Pending.Count == slice.Counts.Pending,
            $"Slice {slice.Number} has {slice.Pending.Count} pending rows; it counts {slice.Counts.Pending}.");
        _bits.Expect(
            slice.Counts.Total == slice.Count,
            $"Slice {slice.Number} has {slice.Count} rows; its counts add up to {slice.Counts.Total}.");
        _bits.Expect(
            slice.Pending.Numbers().All(number => number < slice.Count),
            $"Slice {slice.Number} has a pending row behind its {slice.Count} rows.");
    }

    /// <returns>
    /// The first row that is pending and has a record, or neither, null when there is none; and what the rows used up to there.
    /// </returns>
    private async Task<(long? Difference, AgentUsage Used)> ReadRecordsAsync(Slice slice, CancellationToken cancellationToken)
    {
        var settled = new SettledItems(
            ledger, batch.CorrelationId, slice.FirstIndex, slice.FirstIndex + slice.Count);
        var used = default(AgentUsage);
        for (var place = 0; place < slice.Count; place++)
        {
            if (settled.NeedsPage)
                await settled.LoadAsync(cancellationToken);
            var index = slice.FirstIndex + place;
            var hasRecord = settled.Current is { } record && record.Index == index && record.State != ItemState.Pending;
            if (hasRecord == slice.Pending.Contains(place))
                return (index, used);
            if (!hasRecord)
                continue;
            used += settled.Current!.Usage.Total;
            settled.MoveNext();
        }
        return (null, used);
    }

    private async Task CompareWithBatchAsync(Slice slice, CancellationToken cancellationToken)
    {
        if (slice.Pending.IsEmpty || !batch.SettledSlices.Contains(slice.Number))
            return;
        // A replay that began after the batch was read reopens slices; the batch as it is now knows of it.
        var now = await batches.FindAsync(batch.CorrelationId, cancellationToken);
        _settled.Expect(
            now is null || now.Round != batch.Round || now.Replay is not null
                || !now.SettledSlices.Contains(slice.Number),
            $"Slice {slice.Number} has {slice.Pending.Count} pending rows.");
    }

    /// <summary>What a row used that is run again stays in its slice, while the row has no record. A sum of 0 USD is none.</summary>
    private static bool IsUsage(Slice slice, AgentUsage used) => slice.Pending.IsEmpty
        ? (used.InputTokens, used.OutputTokens, used.CostNanos)
            == (slice.Usage.InputTokens, slice.Usage.OutputTokens, slice.Usage.CostNanos)
        : used.InputTokens <= slice.Usage.InputTokens && used.OutputTokens <= slice.Usage.OutputTokens
            && used.CostNanos <= slice.Usage.CostNanos;

    private static bool IsSame(Slice a, Slice b) =>
        a.Counts == b.Counts && a.Usage == b.Usage && a.Pending.Numbers().SequenceEqual(b.Pending.Numbers());

    private static string PendingOrNot(Slice slice, long row) =>
        slice.Pending.Contains((int)(row - slice.FirstIndex)) ? "pending but has a record" : "settled but has no record";

    private static string Text(AgentUsage usage) => FormattableString.Invariant(
        $"{usage.InputTokens} tokens in, {usage.OutputTokens} out, {usage.CostUsd ?? 0:0.#########} USD");

    private static string Text(ItemCounts counts) => FormattableString.Invariant(
        $"{counts.Pending} pending, {counts.Succeeded} succeeded, {counts.Failed} failed, ")
        + FormattableString.Invariant($"{counts.Rejected} rejected, {counts.Cancelled} cancelled");
}
