using WorkerFleet.Agents;
using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.Sqlite.Database;

/// <summary>The slices that the open transaction has touched.</summary>
internal sealed class SliceCache(Connection connection)
{
    private const string Update = """
        UPDATE slices SET pending = ?2, pending_count = ?3, succeeded_count = ?4, failed_count = ?5,
            rejected_count = ?6, cancelled_count = ?7, input_tokens = ?8, output_tokens = ?9, cost_nanos = ?10
        WHERE key = ?1
        """;

    private readonly Dictionary<(Guid Batch, int Number), Entry> _entries = [];

    /// <summary>The slice as it is in this transaction; null when there is none.</summary>
    public Entry? Find(Guid batchId, int number)
    {
        if (_entries.TryGetValue((batchId, number), out var entry))
            return entry;
        if (number < 0 || LedgerKeys.Find(connection, batchId) is not { } ledger)
            return null;
        var slice = SliceRows.Find(connection, batchId, ledger, number);
        return slice is null ? null : _entries[(batchId, number)] = new Entry(slice, ledger);
    }

    /// <summary>Drops the batch's slices, which the transaction has deleted.</summary>
    public void Forget(Guid batchId)
    {
        foreach (var key in _entries.Keys.Where(key => key.Batch == batchId).ToList())
            _entries.Remove(key);
    }

    /// <summary>Writes what has changed.</summary>
    public void Flush()
    {
        foreach (var entry in _entries.Values)
        {
            if (!entry.Changed)
                continue;
            var counts = entry.Counts;
            connection.Prepare(Update)
                .Bind(1, entry.Ledger.SliceKey(entry.Number))
                .BindBlob(2, entry.Pending.ToBytes())
                .Bind(3, counts.Pending).Bind(4, counts.Succeeded).Bind(5, counts.Failed)
                .Bind(6, counts.Rejected).Bind(7, counts.Cancelled)
                .Bind(8, entry.Usage.InputTokens).Bind(9, entry.Usage.OutputTokens).Bind(10, entry.Usage.CostNanos)
                .Execute();
        }
    }

    public void Clear() => _entries.Clear();

    internal sealed class Entry(Slice slice, LedgerKeys ledger)
    {
        public LedgerKeys Ledger => ledger;

        public int Number => slice.Number;

        /// <summary>Rows without an outcome, by their place in the slice.</summary>
        public RowSet Pending => slice.Pending;

        public ItemCounts Counts { get; private set; } = slice.Counts;

        public AgentUsage Usage { get; private set; } = slice.Usage;

        public bool Changed { get; private set; }

        public SettleResult Result(SettleOutcome outcome) => new(outcome, (int)Counts.Pending, slice.Count);

        /// <summary>As it is now; later changes do not show.</summary>
        public Slice ToSlice() => slice with { Pending = Pending.Copy(), Counts = Counts, Usage = Usage };

        /// <returns>Place of the row in the slice; null when it is in another one.</returns>
        public int? PlaceOf(long index) =>
            index >= slice.FirstIndex && index < slice.FirstIndex + slice.Count ? (int)(index - slice.FirstIndex) : null;

        /// <param name="place">The row's.</param>
        /// <param name="state">What becomes of it.</param>
        /// <param name="used">What it used in this round; what it used before is counted.</param>
        public void Settle(int place, ItemState state, AgentUsage used)
        {
            Pending.Remove(place);
            Counts = Counts.Move(ItemState.Pending, state);
            Usage += used;
            Changed = true;
        }

        public void Reopen(int place, ItemState was)
        {
            Pending.Add(place);
            Counts = Counts.Move(was, ItemState.Pending);
            Changed = true;
        }
    }
}
