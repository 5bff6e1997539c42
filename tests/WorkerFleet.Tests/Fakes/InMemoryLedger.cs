using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.Tests.Fakes;

/// <summary>A ledger in memory that settles as the real ones do. Its tables are open, so that a test can damage them.</summary>
internal sealed class InMemoryLedger : ILedger
{
    private int _counted;
    private int _kept;

    public Dictionary<(Guid BatchId, int Number), Slice> Slices { get; } = [];

    public Dictionary<Guid, SortedList<long, Settlement>> Records { get; } = [];

    public HashSet<Guid> Deleted { get; } = [];

    /// <summary>How often <see cref="SumAsync"/> was called.</summary>
    public int Counted => Volatile.Read(ref _counted);

    /// <summary>How often somebody saw to it that nothing expires.</summary>
    public int Kept => Volatile.Read(ref _kept);

    public Task KeepAsync(Guid batchId, DateTimeOffset submittedAt, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _kept);
        return Task.CompletedTask;
    }

    /// <summary>Runs in every <see cref="SumAsync"/>, with the batch.</summary>
    public Action<Guid>? OnCount { get; set; }

    /// <summary>Runs at the start of every <see cref="ReadSettledAsync"/>, with the first row asked for.</summary>
    public Action<long>? OnReadSettled { get; set; }

    /// <summary>Runs at the start of every <see cref="CountRecordsAsync"/>, with the slice.</summary>
    public Action<int>? OnCountRecords { get; set; }

    public Task<AddedSlice> AddSliceAsync(
        Slice slice, IReadOnlyList<Settlement> settled, CancellationToken cancellationToken)
    {
        var key = (slice.BatchId, slice.Number);
        if (Slices.TryGetValue(key, out var existing))
            return Task.FromResult(new AddedSlice(existing, false));
        Slices[key] = slice with { Pending = slice.Pending.Copy() };
        foreach (var settlement in settled)
            RecordsOf(slice.BatchId)[settlement.Index] = settlement;
        return Task.FromResult(new AddedSlice(slice, true));
    }

    public Task<SettleResult> SettleAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        if (!Slices.TryGetValue((settlement.BatchId, settlement.Slice), out var slice))
            return Task.FromResult(new SettleResult(SettleOutcome.NotFound, 0, 0));
        var pending = slice.Pending.Copy();
        if (!pending.Remove((int)(settlement.Index - slice.FirstIndex)))
            return Task.FromResult(new SettleResult(SettleOutcome.AlreadySettled, pending.Count, slice.Count));
        RecordsOf(settlement.BatchId)[settlement.Index] = settlement;
        Slices[(settlement.BatchId, settlement.Slice)] = slice with
        {
            Pending = pending,
            Counts = slice.Counts.Move(ItemState.Pending, settlement.State),
            Usage = slice.Usage + settlement.Usage.Round,
        };
        return Task.FromResult(new SettleResult(SettleOutcome.Settled, pending.Count, slice.Count));
    }

    public Task<Slice?> FindSliceAsync(Guid batchId, int number, CancellationToken cancellationToken) =>
        Task.FromResult(Slices.GetValueOrDefault((batchId, number)));

    public Task<IReadOnlyList<Slice>> ReadSlicesAsync(
        Guid batchId, int from, int limit, bool pendingOnly, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Slice>>([.. SlicesOf(batchId)
            .Where(slice => slice.Number >= from && (!pendingOnly || !slice.Pending.IsEmpty))
            .Take(limit)]);

    public Task<LedgerSums> SumAsync(Guid batchId, CancellationToken cancellationToken)
    {
        try
        {
            OnCount?.Invoke(batchId);
            return Task.FromResult(SlicesOf(batchId).Aggregate(default(LedgerSums), (sum, slice) => sum + slice.Sums));
        }
        finally
        {
            Interlocked.Increment(ref _counted);
        }
    }

    public Task<IReadOnlyList<Settlement>> ReadSettledAsync(
        Guid batchId, long from, long to, ItemState? state, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        OnReadSettled?.Invoke(from);
        var records = RecordsOf(batchId);
        var page = new List<Settlement>();
        for (var i = LowerBound(records.Keys, from); i < records.Count && page.Count < limit; i++)
            if (records.Keys[i] < to && (state is null || records.Values[i].State == state))
                page.Add(records.Values[i]);
        return Task.FromResult<IReadOnlyList<Settlement>>(page);
    }

    public Task<Settlement?> FindSettledAsync(Guid batchId, long index, CancellationToken cancellationToken) =>
        Task.FromResult(RecordsOf(batchId).GetValueOrDefault(index));

    public Task<long?> FindIndexAsync(Guid batchId, string itemId, CancellationToken cancellationToken) =>
        Task.FromResult(RecordsOf(batchId).Values.FirstOrDefault(item => item.ItemId == itemId)?.Index);

    public Task<IReadOnlyList<ReopenedItem>> ReopenAsync(
        Guid batchId, int slice, IReadOnlyList<long> indexes, int round, CancellationToken cancellationToken)
    {
        var stored = Slices[(batchId, slice)];
        var pending = stored.Pending.Copy();
        var counts = stored.Counts;
        var reopened = new List<ReopenedItem>();
        foreach (var index in indexes)
        {
            if (!RecordsOf(batchId).TryGetValue(index, out var record)
                || record.State is not (ItemState.Failed or ItemState.Cancelled))
                continue;
            RecordsOf(batchId).Remove(index);
            pending.Add((int)(index - stored.FirstIndex));
            counts = counts.Move(record.State, ItemState.Pending);
            reopened.Add(new ReopenedItem(index, record.Attempts));
        }
        Slices[(batchId, slice)] = stored with { Pending = pending, Counts = counts };
        return Task.FromResult<IReadOnlyList<ReopenedItem>>(reopened);
    }

    public Task<ItemCounts> CountRecordsAsync(Guid batchId, int slice, CancellationToken cancellationToken)
    {
        OnCountRecords?.Invoke(slice);
        var stored = Slices[(batchId, slice)];
        var counts = new ItemCounts(stored.Count, 0, 0, 0, 0);
        foreach (var record in RecordsOf(batchId).Values.Where(record => record.Slice == slice))
            counts = counts.Move(ItemState.Pending, record.State);
        return Task.FromResult(counts);
    }

    public Task DeleteBatchAsync(Guid batchId, CancellationToken cancellationToken)
    {
        Deleted.Add(batchId);
        Records.Remove(batchId);
        foreach (var key in Slices.Keys.Where(key => key.BatchId == batchId).ToList())
            Slices.Remove(key);
        return Task.CompletedTask;
    }

    public SortedList<long, Settlement> RecordsOf(Guid batchId) =>
        Records.TryGetValue(batchId, out var records) ? records : Records[batchId] = [];

    private IEnumerable<Slice> SlicesOf(Guid batchId) =>
        Slices.Values.Where(slice => slice.BatchId == batchId).OrderBy(slice => slice.Number);

    private static int LowerBound(IList<long> keys, long value)
    {
        var (low, high) = (0, keys.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (keys[middle] < value)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
