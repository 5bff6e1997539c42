namespace WorkerFleet.Ledger;

/// <summary>The last pending row of a slice got its outcome. May arrive more than once.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Slice">Number of the slice.</param>
/// <param name="Round">Replay round in which it was settled.</param>
public sealed record SliceSettled(Guid BatchId, int Slice, int Round);
