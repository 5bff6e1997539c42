namespace WorkerFleet.Sqlite.Database;

/// <summary>The keys of one batch's slices and items, which are numbers in a range of its own.</summary>
/// <param name="Number">The batch's number, never used again once the batch is deleted.</param>
internal readonly record struct LedgerKeys(long Number)
{
    private const int IndexBits = 40;

    /// <summary>Rows a batch can have.</summary>
    public const long MaxRows = 1L << IndexBits;

    private const string Select = "SELECT number FROM ledgers WHERE batch = ?1";

    public long First => Number << IndexBits;

    /// <summary>The first key behind the batch.</summary>
    public long End => (Number + 1) << IndexBits;

    public long ItemKey(long index) => First + Math.Clamp(index, 0, MaxRows);

    public long SliceKey(long number) => First + Math.Max(number, 0);

    public long IndexOf(long key) => key - First;

    public static LedgerKeys? Find(Connection connection, Guid batchId)
    {
        var select = connection.Prepare(Select).Bind(1, batchId);
        if (!select.Step())
            return null;
        var keys = new LedgerKeys(select.Number(0));
        select.Reset();
        return keys;
    }

    public static LedgerKeys Create(WriteTransaction transaction, Guid batchId)
    {
        transaction.Prepare("INSERT INTO ledgers (batch) VALUES (?1) ON CONFLICT (batch) DO NOTHING").Bind(1, batchId).Execute();
        var select = transaction.Prepare(Select).Bind(1, batchId);
        select.Step();
        var keys = new LedgerKeys(select.Number(0));
        select.Reset();
        return keys;
    }
}
