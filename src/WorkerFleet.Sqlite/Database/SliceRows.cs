using WorkerFleet.Agents;
using WorkerFleet.Ledger;

namespace WorkerFleet.Sqlite.Database;

/// <summary>Reads and writes slices as rows.</summary>
internal static class SliceRows
{
    private const string Columns = """
        key, start_index, start_offset, start_line, end_index, end_offset, end_line, row_count, pending,
        pending_count, succeeded_count, failed_count, rejected_count, cancelled_count, input_tokens, output_tokens, cost_nanos
        """;

    private const string SelectRange = $"SELECT {Columns} FROM slices WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3";

    private const string SelectPending = $"""
        SELECT {Columns} FROM slices WHERE key >= ?1 AND key < ?2 AND pending_count > 0 ORDER BY key LIMIT ?3
        """;

    private const string Insertion =
        $"INSERT INTO slices ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, 0, 0)";

    private const string Sums = """
        SELECT SUM(pending_count), SUM(succeeded_count), SUM(failed_count), SUM(rejected_count), SUM(cancelled_count),
            SUM(input_tokens), SUM(output_tokens), SUM(cost_nanos / 1000000000), SUM(cost_nanos % 1000000000)
        FROM slices WHERE key >= ?1 AND key < ?2
        """;

    public static Slice? Find(Connection connection, Guid batchId, LedgerKeys ledger, int number) =>
        Read(connection, batchId, ledger, number, 1, pendingOnly: false)
            .Find(slice => slice.Number == number);

    public static List<Slice> Read(
        Connection connection, Guid batchId, LedgerKeys ledger, int from, int limit, bool pendingOnly)
    {
        var slices = new List<Slice>();
        var select = connection.Prepare(pendingOnly ? SelectPending : SelectRange)
            .Bind(1, ledger.SliceKey(from)).Bind(2, ledger.End).Bind(3, limit);
        while (select.Step())
            slices.Add(ReadRow(select, batchId, ledger));
        return slices;
    }

    public static LedgerSums Sum(Connection connection, LedgerKeys ledger)
    {
        var select = connection.Prepare(Sums).Bind(1, ledger.First).Bind(2, ledger.End);
        select.Step();
        var counts = new ItemCounts(
            select.Number(0), select.Number(1), select.Number(2), select.Number(3), select.Number(4));
        // Dollars and the rest apart: a sum beyond 64 bits would fail, however unlikely a bill of billions is.
        var usage = AgentUsage.FromNanos(select.Number(5), select.Number(6), select.Number(8))
            + new AgentUsage(CostUsd: select.Number(7) is > 0 and var dollars ? dollars : null);
        select.Reset();
        return new(counts, usage);
    }

    public static void Insert(WriteTransaction transaction, LedgerKeys ledger, Slice slice) =>
        transaction.Prepare(Insertion)
            .Bind(1, ledger.SliceKey(slice.Number))
            .Bind(2, slice.Start.Index).Bind(3, slice.Start.ByteOffset).Bind(4, slice.Start.Line)
            .Bind(5, slice.End.Index).Bind(6, slice.End.ByteOffset).Bind(7, slice.End.Line)
            .Bind(8, slice.Count)
            .BindBlob(9, slice.Pending.ToBytes())
            .Bind(10, slice.Counts.Pending).Bind(11, slice.Counts.Succeeded).Bind(12, slice.Counts.Failed)
            .Bind(13, slice.Counts.Rejected).Bind(14, slice.Counts.Cancelled)
            .Execute();

    private static Slice ReadRow(Statement row, Guid batchId, LedgerKeys ledger) => new(
        batchId,
        checked((int)ledger.IndexOf(row.Number(0))),
        new SourcePosition(row.Number(1), row.Number(2), row.Number(3)),
        new SourcePosition(row.Number(4), row.Number(5), row.Number(6)),
        row.Int(7),
        RowSet.FromBytes(row.Bytes(8)),
        new ItemCounts(row.Number(9), row.Number(10), row.Number(11), row.Number(12), row.Number(13)),
        AgentUsage.FromNanos(row.Number(14), row.Number(15), row.Number(16)));
}
