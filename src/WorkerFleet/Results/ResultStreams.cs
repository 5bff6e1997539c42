using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Mapping;
using WorkerFleet.Sources;

namespace WorkerFleet.Results;

/// <summary>How results are written as a stream.</summary>
public enum ResultFormat
{
    /// <summary>The lines of results.jsonl, or of failures.jsonl.</summary>
    Jsonl,

    /// <summary>The records of results.csv.</summary>
    Csv,
}

/// <summary>
/// Writes the settled rows of a batch as a stream, in row order, while it runs too, in constant memory.
/// </summary>
public sealed class ResultStreams(ILedger ledger, ISourceReader sources)
{
    /// <summary>Writes all rows that are settled, or those of them that did not succeed.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="to">Gets UTF-8 text; stays open.</param>
    /// <param name="format">Of the text.</param>
    /// <param name="failuresOnly">Whether to leave out rows that succeeded.</param>
    /// <param name="cancellationToken">Cancels; what is written then is not all.</param>
    /// <exception cref="ExportException">The source is gone or differs.</exception>
    public async Task WriteAsync(
        BatchState batch, Stream to, ResultFormat format, bool failuresOnly, CancellationToken cancellationToken)
    {
        using var stream = new RowStream(batch.Spec, to, format, failuresOnly);
        using var rows = new ExportRows(batch, MapperOf(batch), ledger, sources, stream);
        await rows.WriteRestAsync(cancellationToken);
        await stream.CompleteAsync(cancellationToken);
    }

    /// <summary>Adds up what summary.json says. Reads all outcomes; and the source, where it says what is right.</summary>
    /// <exception cref="ExportException">The source is gone or differs.</exception>
    public async Task<BatchSummary> SummarizeAsync(BatchState batch, CancellationToken cancellationToken)
    {
        if (batch.Spec.Mapping.ExpectedColumn is not null)
        {
            using var rows = new ExportRows(batch, MapperOf(batch), ledger, sources, new NoFiles());
            await rows.WriteRestAsync(cancellationToken);
            return rows.Summary.Build(batch, batch.CurrentState);
        }

        var settled = new SettledItems(ledger, batch.CorrelationId, 0, batch.TotalRows);
        var summary = new SummaryBuilder();
        while (true)
        {
            if (settled.NeedsPage)
                await settled.LoadAsync(cancellationToken);
            if (settled.Current is not { } item)
                return summary.Build(batch, batch.CurrentState);
            summary.Add(item);
            settled.MoveNext();
        }
    }

    private static IRowMapper MapperOf(BatchState batch)
    {
        var (mapper, problems) = RowMapperFactory.Create(
            batch.Spec.Mapping, batch.Spec.Agents, batch.Spec.Source, sample: [], agentNames: null);
        return mapper ?? throw new ExportException(
            $"The mapping of batch {batch.CorrelationId} cannot be used: {string.Join(" ", problems)}");
    }

    /// <summary>For what only the summary is wanted of.</summary>
    private sealed class NoFiles : IRowSink
    {
        public void Write(ResultRow row)
        {
        }

        public ValueTask FlushAsync(CancellationToken cancellationToken) => default;
    }
}
