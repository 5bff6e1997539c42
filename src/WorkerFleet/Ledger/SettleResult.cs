namespace WorkerFleet.Ledger;

public enum SettleOutcome
{
    /// <summary>This call settled the item.</summary>
    Settled,

    /// <summary>The item had an outcome before, which stays.</summary>
    AlreadySettled,

    /// <summary>The outcome is of an earlier replay round; nothing changed.</summary>
    Stale,

    /// <summary>The ledger has no such slice: the batch was deleted, or the message is not ours.</summary>
    NotFound,
}

/// <param name="Outcome">What became of the settlement.</param>
/// <param name="SliceSettled">Whether no row of the slice is pending now. Also true for a repeated settlement, so that
/// a lost <see cref="SliceSettled"/> message is sent again.</param>
public readonly record struct SettleResult(SettleOutcome Outcome, bool SliceSettled);
