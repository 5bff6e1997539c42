namespace WorkerFleet.Ledger;

/// <summary>Proves from the ledger that rows in = sum of states, at any moment.</summary>
public sealed class LedgerAudit
{
    /// <summary>Reads every slice and every item record of the batch, and the source once more.</summary>
    public Task<AuditReport> AuditAsync(Guid batchId, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

/// <param name="BatchId">The batch.</param>
/// <param name="RowsIn">Rows of the source.</param>
/// <param name="Counts">Items by state; rows that are not dispatched yet count as pending.</param>
/// <param name="Checks">What was compared.</param>
public sealed record AuditReport(
    Guid BatchId, long RowsIn, ItemCounts Counts, IReadOnlyList<AuditCheck> Checks)
{
    public bool Passed => Checks.All(check => check.Passed);
}

/// <param name="Name">What was checked, as a sentence that holds when it passed.</param>
/// <param name="Passed">Whether it holds.</param>
/// <param name="Detail">The figures that were compared, or the first place that differs.</param>
public sealed record AuditCheck(string Name, bool Passed, string Detail);
