namespace WorkerFleet.Results;

/// <summary>Writes the results of a batch to a folder, as a stream, in row order.</summary>
public sealed class ResultExporter
{
    /// <summary>
    /// Writes results.jsonl, results.csv, failures.jsonl and summary.json; and, last and only if every row of the batch is
    /// settled, manifest.json. Files appear whole or not at all; an older manifest is removed first. Repeatable.
    /// </summary>
    /// <param name="batchId">The batch; it may still run: then the rows settled so far are written.</param>
    /// <param name="folder">Created where needed.</param>
    /// <param name="cancellationToken">Cancels; leaves no manifest.</param>
    public Task<ExportResult> ExportAsync(Guid batchId, string folder, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task<ExportResult> ExportAsync(
        Guid batchId, string folder, string? finalStatus, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

/// <param name="Folder">Full path.</param>
/// <param name="Complete">Whether every row is in it, and so a manifest was written.</param>
/// <param name="Summary">What summary.json says.</param>
public sealed record ExportResult(string Folder, bool Complete, BatchSummary Summary);
