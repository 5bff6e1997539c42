using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.DeadLetters;

public enum DeadLetterState
{
    /// <summary>Waits for somebody to look at it.</summary>
    Open,

    /// <summary>Was replayed; if it failed again there is a newer one.</summary>
    Replayed,

    /// <summary>Somebody has looked at it and leaves it: only naming its row replays it.</summary>
    Archived,
}

/// <summary>An item whose attempts are exhausted, or whose failure is permanent. One per item and round.</summary>
/// <param name="Group">Id of the cause it shares with others, see <see cref="FailureGroup"/>.</param>
public sealed record DeadLetter(
    Guid BatchId,
    long Index,
    int Round,
    string? ItemId,
    string Agent,
    string SessionId,
    string Group,
    ItemFailure Failure,
    int Attempts,
    DateTimeOffset FailedAt,
    DeadLetterState State = DeadLetterState.Open)
{
    /// <summary>The letter of an item that settled as failed.</summary>
    public static DeadLetter Of(Settlement settlement)
    {
        var failure = settlement.Failure
            ?? throw new ArgumentException("The item did not fail.", nameof(settlement));
        return new(settlement.BatchId, settlement.Index, settlement.Round, settlement.ItemId, settlement.Agent,
            ItemSession.IdFor(settlement.BatchId, settlement.Index), FailureGroup.IdOf(failure), failure,
            settlement.Attempts, settlement.SettledAt);
    }
}
