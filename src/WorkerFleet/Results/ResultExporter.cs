using System.Text.Json;
using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Mapping;
using WorkerFleet.Sources;

namespace WorkerFleet.Results;

/// <summary>Writes the results of a batch to a folder, as a stream, in row order.</summary>
public sealed class ResultExporter
{
    private readonly IBatchStore _batches;
    private readonly ILedger _ledger;
    private readonly ISourceReader _sources;
    private readonly TimeProvider _time;
    private readonly Func<string, IExportFolder> _openFolder;

    public ResultExporter(
        IBatchStore batches, ILedger ledger, ISourceReader sources, TimeProvider time, ExportLocations locations)
        : this(batches, ledger, sources, time, locations.Open)
    {
    }

    internal ResultExporter(
        IBatchStore batches, ILedger ledger, ISourceReader sources, TimeProvider time,
        Func<string, IExportFolder> openFolder)
    {
        _batches = batches;
        _ledger = ledger;
        _sources = sources;
        _time = time;
        _openFolder = openFolder;
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
    public async Task<ExportResult> ExportAsync(
        Guid batchId, string folder, string? finalStatus, CancellationToken cancellationToken)
    {
        var batch = await _batches.FindAsync(batchId, cancellationToken)
            ?? throw new ExportException($"There is no batch {batchId}, or it was deleted.");
        var status = finalStatus ?? batch.CurrentState;
        var mapper = CreateMapper(batch);
        var builder = new SummaryBuilder(batch);

        await using var files = ExportFiles.Open(folder, _openFolder);
        await files.BeginAsync(batch.Spec, cancellationToken);
        await WriteRowsAsync(batch, mapper, builder, files, cancellationToken);
        var summary = builder.Build(status);
        var written = await files.PublishAsync(summary, cancellationToken);

        var complete = summary.Complete && BatchStatus.IsFinal(status)
            && await IsUnchangedAsync(batch, cancellationToken);
        if (complete)
            await files.SealAsync(ManifestOf(batch, summary, written), cancellationToken);
        return new ExportResult(files.Folder, complete, summary);
    }

    private async Task WriteRowsAsync(
        BatchState batch, IRowMapper mapper, SummaryBuilder summary, ExportFiles files,
        CancellationToken cancellationToken)
    {
        var settled = new SettledItems(_ledger, batch.CorrelationId, 0, batch.TotalRows);
        var row = new ResultRow();
        using var json = new Utf8JsonWriter(row.Input, ResultJson.LineOptions);
        long rows = 0;
        try
        {
            await foreach (var source in _sources.ReadAsync(
                batch.SourceBlob, batch.Spec.Source, batch.SourceStart, cancellationToken))
            {
                if (source.Position.Index != rows++ || rows > batch.TotalRows)
                    throw SourceDiffers(batch);
                if (settled.NeedsPage)
                    await settled.LoadAsync(cancellationToken);
                if (settled.Current is not { } item)
                {
                    // Nothing further is settled. Only behind the last row is there something left to find out.
                    if (summary.Settled < batch.TotalRows)
                        return;
                    continue;
                }
                if (item.Index != source.Position.Index)
                    continue;
                settled.MoveNext();
                row.Set(source, item, summary.Add(item));
                WriteInput(mapper, row, json);
                files.Write(row);
                await files.FlushAsync(cancellationToken);
            }
        }
        catch (FileNotFoundException exception)
        {
            throw new ExportException(
                $"The source of batch {batch.CorrelationId} is gone from the store, so its results cannot be exported.",
                exception);
        }
        if (rows != batch.TotalRows)
            throw SourceDiffers(batch);
    }

    private static void WriteInput(IRowMapper mapper, ResultRow row, Utf8JsonWriter json)
    {
        row.Input.ResetWrittenCount();
        if (row.Source.BadRow is not null)
            return;
        json.Reset(row.Input);
        mapper.WritePassThrough(row.Source, json);
        json.Flush();
    }

    private static IRowMapper CreateMapper(BatchState batch)
    {
        var (mapper, problems) = RowMapperFactory.Create(
            batch.Spec.Mapping, batch.Spec.Agents, batch.Spec.Source, sample: [], agentNames: null);
        return mapper ?? throw new ExportException(
            $"The mapping of batch {batch.CorrelationId} cannot be used: {string.Join(" ", problems)}");
    }

    private static ExportException SourceDiffers(BatchState batch) => new(
        $"The stored source of batch {batch.CorrelationId} no longer has the {batch.TotalRows} rows it was submitted with. "
        + "Audit the batch to see where it differs.");

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
