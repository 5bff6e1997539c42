using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;

namespace WorkerFleet.DynamoDb.Ledger;

/// <summary>One outcome as it is kept in a block, without what the block's key says.</summary>
/// <param name="Row">Row number.</param>
/// <param name="OutputBlob">Blob that holds the output, where it is too large for a record.</param>
/// <param name="Event">
/// The terminal event, which is journaled behind the outcome: with it whoever finds the outcome can make up for that. Without
/// its session, which follows from the row.
/// </param>
internal sealed record OutcomeRecord(
    long Row, ItemState State, int Round, string? ItemId, string Agent, int Attempts, DateTimeOffset? StartedAt,
    DateTimeOffset SettledAt, TimeSpan Duration, ItemFailure? Failure, string? OutputBlob, JournalEvent? Event,
    ItemUsage? Usage = null)
{
    public static OutcomeRecord Of(Settlement settlement, string? outputBlob) => new(
        settlement.Index, settlement.State, settlement.Round, settlement.ItemId, settlement.Agent, settlement.Attempts,
        settlement.StartedAt, settlement.SettledAt, settlement.Duration, settlement.Failure, outputBlob,
        settlement.Event is { } terminal ? terminal with { SessionId = "" } : null,
        settlement.Usage.IsNone ? null : settlement.Usage);

    public Settlement ToSettlement(Guid batchId, int slice, ReadOnlyMemory<byte> output) => new()
    {
        BatchId = batchId,
        Index = Row,
        Slice = slice,
        Round = Round,
        State = State,
        ItemId = ItemId,
        Agent = Agent,
        Attempts = Attempts,
        StartedAt = StartedAt,
        SettledAt = SettledAt,
        Duration = Duration,
        Output = output,
        Failure = Failure,
        Usage = Usage ?? default,
        Event = Event is { } terminal ? terminal with { SessionId = ItemSession.IdFor(batchId, Row) } : null,
    };
}

/// <param name="Record">All but the output.</param>
/// <param name="Output">The output, unless it is in a blob.</param>
internal readonly record struct StoredOutcome(OutcomeRecord Record, ReadOnlyMemory<byte> Output);
