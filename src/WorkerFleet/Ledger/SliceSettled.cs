namespace WorkerFleet.Ledger;

/// <summary>The last pending row of a slice got its outcome. May arrive more than once, and late: ask the ledger.</summary>
public sealed record SliceSettled(Guid BatchId, int Slice);

/// <summary>Half of a slice is settled, so that it no longer counts against the dispatch window. May repeat.</summary>
public sealed record SliceDraining(Guid BatchId, int Slice);
