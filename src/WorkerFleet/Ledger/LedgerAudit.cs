using WorkerFleet.Batches;
using WorkerFleet.Results;
using WorkerFleet.Sources;

namespace WorkerFleet.Ledger;

/// <summary>Proves from the ledger that rows in = sum of states, at any moment.</summary>
public sealed class LedgerAudit(
    IBatchStore batches, ILedger ledger, ISourceReader sources, ExportLocations exports)
{
    private const int SlicePage = 64;

    /// <summary>
    /// Reads every slice and every item record of the batch, the source once more, and, when the batch is over, its export.
    /// May be called while the batch runs: what changes meanwhile is read again, not reported.
    /// </summary>
    /// <exception cref="KeyNotFoundException">There is no such batch.</exception>
    public async Task<AuditReport> AuditAsync(Guid batchId, CancellationToken cancellationToken)
    {
        var batch = await batches.FindAsync(batchId, cancellationToken)
            ?? throw new KeyNotFoundException($"There is no batch {batchId}.");
        var slices = new SliceAudit(batches, ledger, batch);
        await using var source = new SourceAudit(sources, batch, cancellationToken);
        var next = 0;
        while (await ledger.ReadSlicesAsync(batchId, next, SlicePage, pendingOnly: false, cancellationToken)
            is { Count: > 0 } page)
        {
            foreach (var slice in page)
            {
                await source.CompareAsync(slice);
                await slices.CompareAsync(slice, cancellationToken);
            }
            next = page[^1].Number + 1;
        }
        List<AuditCheck> checks = [.. await source.ConcludeAsync(), .. slices.Conclude()];
        if (await IsOverAsync(batch, cancellationToken))
            checks.AddRange(await CompareOutcomeAsync(batch, slices.Counts, cancellationToken));
        return new AuditReport(batchId, batch.TotalRows, slices.Counts, checks);
    }

    /// <summary>Both before and after the slices were read: a replay in between makes rows pending again.</summary>
    private async Task<bool> IsOverAsync(BatchState batch, CancellationToken cancellationToken)
    {
        var now = await batches.FindAsync(batch.CorrelationId, cancellationToken);
        return BatchStatus.IsFinal(batch.CurrentState) && now is not null
            && BatchStatus.IsFinal(now.CurrentState) && now.Round == batch.Round;
    }

    private async Task<IReadOnlyList<AuditCheck>> CompareOutcomeAsync(
        BatchState batch, ItemCounts counts, CancellationToken cancellationToken)
    {
        var over = new AuditFinding("The batch is over, and no row of it is pending.");
        over.Expect(counts.Pending == 0, $"{counts.Pending} rows are pending.");
        var settled = over.Conclude($"{counts.Settled} rows are settled.");
        if (batch.Output is null)
            return [settled];
        var (passed, detail) = await ExportCheck.RunAsync(
            exports, batch.Output, batch.CorrelationId, counts, cancellationToken);
        return [settled, new AuditCheck(
            "The exported files agree with their manifest, and it agrees with the ledger.", passed, detail)];
    }
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
