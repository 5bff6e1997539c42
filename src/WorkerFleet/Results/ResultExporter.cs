using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Mapping;
using WorkerFleet.Sources;
using WorkerFleet.Storage;

namespace WorkerFleet.Results;

/// <summary>Writes the results of a batch to a folder, as a stream, in row order.</summary>
public sealed class ResultExporter
{
    private readonly IBatchStore _batches;
    private readonly ILedger _ledger;
    private readonly ISourceReader _sources;
    private readonly TimeProvider _time;
    private readonly Func<string, IExportFolder> _openFolder;
    private readonly Func<string, IExportFolder> _openUnlocked;

    public ResultExporter(
        IBatchStore batches, ILedger ledger, ISourceReader sources, TimeProvider time, ExportLocations locations)
        : this(batches, ledger, sources, time, locations.Open, locations.OpenAhead)
    {
    }

    internal ResultExporter(
        IBatchStore batches, ILedger ledger, ISourceReader sources, TimeProvider time,
        Func<string, IExportFolder> openFolder, Func<string, IExportFolder> openUnlocked)
    {
        _batches = batches;
        _ledger = ledger;
        _sources = sources;
        _time = time;
        _openFolder = openFolder;
        _openUnlocked = openUnlocked;
    }

    /// <summary>
    /// Writes results.jsonl, results.csv, failures.jsonl and summary.json; and, last and only if the batch is over and every
    /// row of it is settled, manifest.json. Files appear whole or not at all; an older manifest is removed first. Repeatable.
    /// </summary>
    /// <param name="batchId">The batch; it may still run: then the rows settled so far are written.</param>
    /// <param name="folder">Created where needed; or another place that <see cref="ExportLocations"/> knows.</param>
    /// <param name="cancellationToken">Cancels; leaves no manifest.</param>
    /// <exception cref="ExportException">There is no such batch, its source is gone or differs, or the folder cannot be
    /// written. Leaves no manifest.</exception>
    public Task<ExportResult> ExportAsync(Guid batchId, string folder, CancellationToken cancellationToken) =>
        ExportAsync(batchId, folder, finalStatus: null, cancellationToken);

    /// <inheritdoc cref="ExportAsync(Guid, string, CancellationToken)"/>
    /// <param name="finalStatus">The final state that the batch is about to enter, when it waits for this export to do so;
    /// null to go by the state it is in.</param>
    public Task<ExportResult> ExportAsync(
        Guid batchId, string folder, string? finalStatus, CancellationToken cancellationToken) =>
        ExportAsync(batchId, folder, finalStatus, headStart: null, cancellationToken);

    /// <inheritdoc cref="ExportAsync(Guid, string, string?, CancellationToken)"/>
    /// <param name="headStart">What is written already; null for nothing. Is disposed.</param>
    internal async Task<ExportResult> ExportAsync(
        Guid batchId, string folder, string? finalStatus, HeadStart? headStart, CancellationToken cancellationToken)
    {
        using var begun = headStart;
        var batch = await _batches.FindAsync(batchId, cancellationToken)
            ?? throw new ExportException($"There is no batch {batchId}, or it was deleted.");
        var status = finalStatus ?? batch.CurrentState;
        if (begun?.IsFor(batch, folder) == true
            && await TryFinishAsync(batch, folder, status, begun, cancellationToken) is { } result)
            return result;
        begun?.Dispose();

        var mapper = CreateMapper(batch);
        await using var files = ExportFiles.Open(folder, _openFolder);
        using var rows = new ExportRows(
            batch, mapper, _ledger, _sources, await files.BeginAsync(batch.Spec, cancellationToken));
        return await FinishAsync(batch, status, rows, files, cancellationToken);
    }

    /// <summary>Begins the export of a batch that still runs.</summary>
    /// <param name="batch">The batch, with a folder for its results.</param>
    /// <param name="mapper">Its mapping.</param>
    /// <exception cref="Exception">Whatever stands in the way; nothing is left of it then.</exception>
    internal HeadStart BeginAhead(BatchState batch, IRowMapper mapper)
    {
        // What is written last of all is compiled while there is time.
        var summary = new SummaryBuilder().Build(batch, batch.CurrentState);
        ExportFiles.Rehearse(summary, ManifestOf(batch, summary, files: []));
        return HeadStart.Begin(batch, mapper, _ledger, _sources, _openUnlocked(batch.Output!));
    }

    /// <returns>Null when it cannot be done: an export from the start finds out whether, and why.</returns>
    private async Task<ExportResult?> TryFinishAsync(
        BatchState batch, string folder, string status, HeadStart headStart, CancellationToken cancellationToken)
    {
        try
        {
            await using var files = ExportFiles.Open(folder, _openFolder);
            await files.BeginAsync(headStart, cancellationToken);
            return await FinishAsync(batch, status, headStart.Rows, files, cancellationToken);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or StoreException))
        {
            return null;
        }
    }

    private async Task<ExportResult> FinishAsync(
        BatchState batch, string status, ExportRows rows, ExportFiles files, CancellationToken cancellationToken)
    {
        await rows.WriteRestAsync(cancellationToken);
        var summary = rows.Summary.Build(batch, status);
        var written = await files.PublishAsync(summary, cancellationToken);

        var complete = summary.Complete && BatchStatus.IsFinal(status)
            && await IsUnchangedAsync(batch, cancellationToken);
        if (complete)
            await files.SealAsync(ManifestOf(batch, summary, written), cancellationToken);
        return new ExportResult(files.Folder, complete, summary);
    }

    private static IRowMapper CreateMapper(BatchState batch)
    {
        var (mapper, problems) = RowMapperFactory.Create(
            batch.Spec.Mapping, batch.Spec.Agents, batch.Spec.Source, sample: [], agentNames: null);
        return mapper ?? throw new ExportException(
            $"The mapping of batch {batch.CorrelationId} cannot be used: {string.Join(" ", problems)}");
    }

    /// <summary>A replay that began meanwhile makes what was written neither the old results nor the new ones.</summary>
    private async Task<bool> IsUnchangedAsync(BatchState batch, CancellationToken cancellationToken)
    {
        var now = await _batches.FindAsync(batch.CorrelationId, cancellationToken);
        return now is not null && now.Round == batch.Round && now.Replay is null
            && BatchStatus.IsFinal(now.CurrentState) == BatchStatus.IsFinal(batch.CurrentState);
    }

    private ExportManifest ManifestOf(BatchState batch, BatchSummary summary, IReadOnlyList<ManifestFile> files) => new()
    {
        BatchId = batch.CorrelationId,
        Status = summary.Status,
        Rows = summary.Rows,
        Counts = summary.Counts,
        CreatedAt = _time.GetUtcNow(),
        Source = new ManifestSource(batch.Spec.Name, batch.TotalRows, batch.Fingerprint),
        Files = files,
    };
}
