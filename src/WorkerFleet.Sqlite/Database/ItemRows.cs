using System.Text.Json;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;

namespace WorkerFleet.Sqlite.Database;

/// <summary>Reads and writes outcomes as rows. An item has none before it is first settled.</summary>
internal static class ItemRows
{
    private const string Columns = """
        key, state, slice, round, attempts, started_ticks, settled_ticks, duration_ticks, item_id, agent, failure, output,
        usage
        """;

    // A reopened item keeps its row, as pending and with the round it was reopened for; so this writes exactly when the
    // item is pending, and not in a later round.
    private const string Upsert = $"""
        INSERT INTO items ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
        ON CONFLICT (key) DO UPDATE SET
            state = excluded.state, slice = excluded.slice, round = excluded.round, attempts = excluded.attempts,
            started_ticks = excluded.started_ticks, settled_ticks = excluded.settled_ticks,
            duration_ticks = excluded.duration_ticks, item_id = excluded.item_id, agent = excluded.agent,
            failure = excluded.failure, output = excluded.output, usage = excluded.usage
        WHERE items.state = 0 AND items.round <= excluded.round
        """;

    private const string SelectSettled = $"""
        SELECT {Columns} FROM items WHERE key >= ?1 AND key < ?2 AND state > 0 ORDER BY key LIMIT ?3
        """;

    private const string SelectSucceeded = $"""
        SELECT {Columns} FROM items WHERE key >= ?1 AND key < ?2 AND state = 1 ORDER BY key LIMIT ?3
        """;

    private const string SelectUnsuccessful = $"""
        SELECT {Columns} FROM items WHERE key >= ?1 AND key < ?2 AND state = ?4 AND state > 1 ORDER BY key LIMIT ?3
        """;

    private const string SelectById = """
        SELECT key FROM items WHERE key >> 40 = ?1 AND item_id = ?2 AND item_id IS NOT NULL AND state > 0
        ORDER BY key LIMIT 1
        """;

    private const string SelectCounts = """
        SELECT state, COUNT(*) FROM items WHERE key >= ?1 AND key < ?2 AND state > 0 GROUP BY state
        """;

    /// <returns>False when the item is pending in a later round, or settled.</returns>
    public static bool Settle(WriteTransaction transaction, LedgerKeys ledger, Settlement settlement) =>
        transaction.Prepare(Upsert)
            .Bind(1, ledger.ItemKey(settlement.Index))
            .Bind(2, (int)settlement.State)
            .Bind(3, settlement.Slice)
            .Bind(4, settlement.Round)
            .Bind(5, settlement.Attempts)
            .Bind(6, settlement.StartedAt?.UtcTicks)
            .Bind(7, settlement.SettledAt.UtcTicks)
            .Bind(8, settlement.Duration.Ticks)
            .Bind(9, settlement.ItemId)
            .Bind(10, settlement.Agent)
            .Bind(11, settlement.Failure is null ? null : JsonSerializer.Serialize(settlement.Failure, FleetJson.Options))
            .BindText(12, settlement.Output.Span)
            .Bind(13, settlement.Usage.IsNone ? null : JsonSerializer.Serialize(settlement.Usage, FleetJson.Options))
            .Execute() > 0;

    /// <returns>Null when the item was never settled.</returns>
    public static ItemStanding? Find(WriteTransaction transaction, LedgerKeys ledger, long index)
    {
        var select = transaction.Prepare("SELECT state, round, attempts FROM items WHERE key = ?1")
            .Bind(1, ledger.ItemKey(index));
        if (!select.Step())
            return null;
        var standing = new ItemStanding((ItemState)select.Int(0), select.Int(1), select.Int(2));
        select.Reset();
        return standing;
    }

    public static void Reopen(WriteTransaction transaction, LedgerKeys ledger, long index, int round) =>
        transaction.Prepare("UPDATE items SET state = 0, round = ?2, failure = NULL, output = NULL WHERE key = ?1")
            .Bind(1, ledger.ItemKey(index)).Bind(2, round)
            .Execute();

    public static List<Settlement> Read(
        Connection connection, Guid batchId, LedgerKeys ledger, long from, long to, ItemState? state, int limit)
    {
        var settled = new List<Settlement>();
        var select = connection.Prepare(state switch
        {
            null => SelectSettled,
            ItemState.Succeeded => SelectSucceeded,
            _ => SelectUnsuccessful,
        });
        select.Bind(1, ledger.ItemKey(from)).Bind(2, ledger.ItemKey(to)).Bind(3, limit);
        if (state is not (null or ItemState.Succeeded))
            select.Bind(4, (int)state);
        while (select.Step())
            settled.Add(ReadRow(select, batchId, ledger));
        return settled;
    }

    public static long? FindIndex(Connection connection, LedgerKeys ledger, string itemId)
    {
        var select = connection.Prepare(SelectById).Bind(1, ledger.Number).Bind(2, itemId);
        if (!select.Step())
            return null;
        var index = ledger.IndexOf(select.Number(0));
        select.Reset();
        return index;
    }

    /// <summary>A row of the slice counts as pending unless it has a settled record.</summary>
    public static ItemCounts Count(Connection connection, LedgerKeys ledger, Slice slice)
    {
        var counts = new ItemCounts(slice.Count, 0, 0, 0, 0);
        var select = connection.Prepare(SelectCounts)
            .Bind(1, ledger.ItemKey(slice.FirstIndex)).Bind(2, ledger.ItemKey(slice.FirstIndex + slice.Count));
        while (select.Step())
            counts = counts.Move(ItemState.Pending, (ItemState)select.Int(0), select.Int(1));
        return counts;
    }

    private static Settlement ReadRow(Statement row, Guid batchId, LedgerKeys ledger) => new()
    {
        BatchId = batchId,
        Index = ledger.IndexOf(row.Number(0)),
        State = (ItemState)row.Int(1),
        Slice = row.Int(2),
        Round = row.Int(3),
        Attempts = row.Int(4),
        StartedAt = row.InstantOrNull(5),
        SettledAt = row.Instant(6),
        Duration = TimeSpan.FromTicks(row.Number(7)),
        ItemId = row.TextOrNull(8),
        Agent = row.Text(9),
        Failure = row.IsNull(10) ? null : JsonSerializer.Deserialize<ItemFailure>(row.Bytes(10), FleetJson.Options),
        Output = row.Bytes(11).ToArray(),
        Usage = row.IsNull(12) ? default : JsonSerializer.Deserialize<ItemUsage>(row.Bytes(12), FleetJson.Options),
    };
}

/// <param name="State">Pending once it has been reopened.</param>
/// <param name="Round">The round it was settled in, or reopened for.</param>
/// <param name="Attempts">Attempts that ended.</param>
internal readonly record struct ItemStanding(ItemState State, int Round, int Attempts);
