using System.Text.Json;
using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Mapping;
using WorkerFleet.Sources;

namespace WorkerFleet.Results;

/// <summary>The rows of an export under way: read as a stream, in row order, and written as far as <see cref="Next"/>.</summary>
internal sealed class ExportRows : IDisposable
{
    /// <summary>Rows that are written ahead in one go: a millisecond or two.</summary>
    private const int RowsBetweenPauses = 128;

    private readonly BatchState _batch;
    private readonly ILedger _ledger;
    private readonly ISourceReader _sources;
    private readonly IRowMapper _mapper;
    private readonly IRowSink _files;
    private readonly ResultRow _row = new();
    private readonly Utf8JsonWriter _json;
    private readonly ExpectedAnswers? _answers;
    private int _pageSize = SettledItems.FirstPage;

    /// <param name="batch">The batch; of it only what was submitted counts here, which never changes.</param>
    /// <param name="mapper">Its mapping.</param>
    /// <param name="ledger">Its outcomes.</param>
    /// <param name="sources">Its rows.</param>
    /// <param name="files">Where to write to. Stay the caller's.</param>
    public ExportRows(BatchState batch, IRowMapper mapper, ILedger ledger, ISourceReader sources, IRowSink files)
    {
        _batch = batch;
        _ledger = ledger;
        _sources = sources;
        _files = files;
        _mapper = mapper;
        _json = new Utf8JsonWriter(_row.Input, ResultJson.LineOptions);
        _answers = ExpectedAnswers.Of(batch.Spec);
        Next = batch.SourceStart;
        if (_answers is not null)
            Summary.Accuracy = new();
    }

    /// <summary>The first row that is not written.</summary>
    public SourcePosition Next { get; private set; }

    public SummaryBuilder Summary { get; } = new();

    /// <summary>Writes all further rows that are settled, and sees to it that the source has as many as it should.</summary>
    /// <exception cref="ExportException">The source is gone or differs, or the disk takes no more.</exception>
    public async Task WriteRestAsync(CancellationToken cancellationToken)
    {
        var settled = new SettledItems(_ledger, _batch.CorrelationId, Next.Index, _batch.TotalRows, _pageSize);
        var rows = Next.Index;
        try
        {
            await foreach (var source in ReadAsync(cancellationToken))
            {
                if (source.Position.Index != rows++ || rows > _batch.TotalRows)
                    throw SourceDiffers();
                if (settled.NeedsPage)
                    await settled.LoadAsync(cancellationToken);
                if (settled.Current is not { } item)
                {
                    // Nothing further is settled. Only behind the last row is there something left to find out.
                    if (Summary.Settled < _batch.TotalRows)
                        return;
                    continue;
                }
                if (item.Index != source.Position.Index)
                    continue;
                settled.MoveNext();
                await WriteAsync(source, item, cancellationToken);
            }
        }
        catch (FileNotFoundException exception)
        {
            throw new ExportException(
                $"The source of batch {_batch.CorrelationId} is gone from the store, so its results cannot be exported.",
                exception);
        }
        if (rows != _batch.TotalRows)
            throw SourceDiffers();
    }

    /// <summary>
    /// Writes rows as long as each is settled, up to <paramref name="to"/>. May be cancelled and called again; after any
    /// other exception the files are of no use.
    /// </summary>
    /// <param name="to">First row to leave out.</param>
    /// <param name="pause">Called now and then, so that this does not get in the way of others.</param>
    /// <param name="cancellationToken">Takes effect between two rows.</param>
    public async Task WriteSettledAsync(long to, Func<Task> pause, CancellationToken cancellationToken)
    {
        var settled = new SettledItems(_ledger, _batch.CorrelationId, Next.Index, to, _pageSize);
        var rows = 0;
        await foreach (var source in ReadAsync(cancellationToken))
        {
            if (source.Position.Index != Next.Index)
                throw SourceDiffers();
            if (settled.NeedsPage)
                await settled.LoadAsync(cancellationToken);
            _pageSize = settled.PageSize;
            if (settled.Current is not { } item || item.Index != source.Position.Index)
                return;
            settled.MoveNext();
            // A write that was broken off could not be gone on with.
            await WriteAsync(source, item, CancellationToken.None);
            if (Next.Index >= to)
                return;
            if (++rows % RowsBetweenPauses == 0)
                await pause();
        }
    }

    public void Dispose() => _json.Dispose();

    private IAsyncEnumerable<SourceRow> ReadAsync(CancellationToken cancellationToken) =>
        _sources.ReadAsync(_batch.SourceBlob, _batch.Spec.Source, Next, cancellationToken);

    private async ValueTask WriteAsync(SourceRow source, Settlement item, CancellationToken cancellationToken)
    {
        _row.Set(source, item, Summary.Add(item));
        WriteInput();
        if (_answers is not null)
            Judge(_answers);
        _files.Write(_row);
        await _files.FlushAsync(cancellationToken);
        Next = source.Next;
    }

    private void Judge(ExpectedAnswers answers)
    {
        _row.Judge(answers);
        Summary.Accuracy!.Add(_row.Settled.Agent, _row.Judgement);
    }

    private void WriteInput()
    {
        _row.Input.ResetWrittenCount();
        if (_row.Source.BadRow is not null)
            return;
        _json.Reset(_row.Input);
        _mapper.WritePassThrough(_row.Source, _json);
        _json.Flush();
    }

    private ExportException SourceDiffers() => new(
        $"The stored source of batch {_batch.CorrelationId} no longer has the {_batch.TotalRows} rows it was submitted with. "
        + "Audit the batch to see where it differs.");
}
