using WorkerFleet.Items;
using WorkerFleet.Journal;

namespace WorkerFleet.Ledger;

/// <summary>The final outcome of one item, with its result: what <see cref="ILedger.SettleAsync"/> makes durable.</summary>
public sealed record Settlement
{
    public required Guid BatchId { get; init; }

    /// <summary>Row number in the source, from 0.</summary>
    public required long Index { get; init; }

    /// <summary>Slice that holds the row.</summary>
    public required int Slice { get; init; }

    /// <summary>The replay round this outcome was reached in, from 0. One of an earlier round is stale.</summary>
    public int Round { get; init; }

    /// <summary>Any state but pending.</summary>
    public required ItemState State { get; init; }

    public string? ItemId { get; init; }

    /// <summary>Agent that was chosen for the row; empty where the row never got that far.</summary>
    public string Agent { get; init; } = "";

    /// <summary>Attempts that ended, over all rounds.</summary>
    public int Attempts { get; init; }

    /// <summary>Start of the last attempt.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>
    /// Start of the first attempt of its round, where that is known. Not kept: it is for the metrics of this process.
    /// </summary>
    public DateTimeOffset? FirstStartedAt { get; init; }

    public required DateTimeOffset SettledAt { get; init; }

    /// <summary>Duration of the last attempt's invocation.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What its attempts used.</summary>
    public ItemUsage Usage { get; init; }

    /// <summary>The agent's answer as UTF-8 JSON; empty unless succeeded.</summary>
    public ReadOnlyMemory<byte> Output { get; init; }

    /// <summary>Set unless succeeded.</summary>
    public ItemFailure? Failure { get; init; }

    /// <summary>
    /// The terminal event, of the item's own session. Durable when the settling completes, and never without the outcome. Null where
    /// no session was begun.
    /// </summary>
    public JournalEvent? Event { get; init; }
}
