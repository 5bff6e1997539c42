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
/// <param name="Pending">Rows of the slice that are pending after this settlement. Each first settlement takes one away, so
/// that exactly one of them sees any given number.</param>
/// <param name="Count">Rows of the slice; 0 where there is no slice.</param>
public readonly record struct SettleResult(SettleOutcome Outcome, int Pending, int Count)
{
    /// <summary>Also true for a repeated settlement, so that a lost <see cref="SliceSettled"/> is sent again.</summary>
    public bool SliceSettled => Count > 0 && Pending == 0;
}
