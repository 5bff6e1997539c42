using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Mapping;
using WorkerFleet.Sources;

namespace WorkerFleet.Results;

/// <summary>
/// The results of a batch that still runs, written ahead as far as its rows are settled without a gap; the export at the end
/// goes on from there. Only of a batch that was never replayed: an outcome that is in the ledger changes by a replay alone.
/// </summary>
/// <remarks>
/// The files lie in the folder of the results, under names of their own that nobody else uses. They do not lock the folder,
/// so that other exports may go there meanwhile; each of these files is locked by itself, so that what a dead process left
/// can be told from what a living one writes.
/// </remarks>
internal sealed class HeadStart : IDisposable
{
    /// <summary>Fewer rows are left for the next look.</summary>
    private const int FewestRows = 256;

    private readonly Guid _batchId;
    private readonly ILedger _ledger;
    private readonly IExportFolder _folder;
    private readonly string _mark;
    private readonly RowFiles _files;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _slices;
    private bool _handedOver;
    private bool _disposed;

    private HeadStart(
        Guid batchId, ILedger ledger, IExportFolder folder, string mark, RowFiles files, ExportRows rows)
    {
        (_batchId, _ledger, _folder, _mark, _files) = (batchId, ledger, folder, mark, files);
        Rows = rows;
    }

    /// <summary>What is written, and where it goes on.</summary>
    public ExportRows Rows { get; }

    /// <exception cref="Exception">Whatever: then there is none, and nothing of it is left.</exception>
    public static HeadStart Begin(
        BatchState batch, IRowMapper mapper, ILedger ledger, ISourceReader sources, IExportFolder folder)
    {
        // By chance: names that tell of batch and process could meet those of another life of the same.
        var mark = Path.GetFileNameWithoutExtension(Path.GetRandomFileName());
        try
        {
            folder.DeleteAbandoned();
            var files = new RowFiles(batch.Spec, folder.Path, name => folder.Create(ExportFileNames.Ahead(name, mark)));
            var rows = new ExportRows(batch, mapper, ledger, sources, files);
            return new HeadStart(batch.CorrelationId, ledger, folder, mark, files, rows);
        }
        catch
        {
            Clear(folder, mark);
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Whether an export of the batch to that folder may go on from here.</summary>
    public bool IsFor(BatchState batch, string folder) =>
        CanBegin(batch) && batch.CorrelationId == _batchId && Path.GetFullPath(folder) == _folder.Path;

    /// <summary>Whether what is settled of the batch stays as it is.</summary>
    public static bool CanBegin(BatchState batch) => batch is { Round: 0, Replay: null };

    /// <summary>Writes what has been settled since, if that is worth while.</summary>
    /// <param name="batch">The batch as it is now.</param>
    /// <param name="pause">Called now and then, so that this does not get in the way of others.</param>
    /// <param name="cancellationToken">Cancels, as <see cref="StopAsync"/> does; leaves what is written usable.</param>
    public async Task AdvanceAsync(
        BatchState batch, Func<CancellationToken, Task> pause, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        await _turn.WaitAsync(either.Token);
        try
        {
            var slices = _slices;
            while (batch.SettledSlices.Contains(slices))
                slices++;
            if (slices == _slices
                || await _ledger.FindSliceAsync(_batchId, slices - 1, either.Token) is not { } last
                || last.End.Index - Rows.Next.Index < FewestRows)
                return;
            await Rows.WriteSettledAsync(last.End.Index, () => pause(either.Token), either.Token);
            _slices = slices;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Complete when nothing is being written any more, nor will be.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _turn.WaitAsync(CancellationToken.None);
        _turn.Release();
    }

    /// <summary>Makes its files the unfinished ones of an export, which they belong to from now on.</summary>
    public RowFiles HandOver(IExportFolder export)
    {
        foreach (var name in RowFiles.Names)
            export.Rename(ExportFileNames.Ahead(name, _mark), ExportFileNames.Partial(name));
        _handedOver = true;
        return _files;
    }

    /// <summary>For one that nobody advances any more. Removes what was not handed over.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Rows.Dispose();
        if (!_handedOver)
        {
            _files.Dispose();
            Clear(_folder, _mark);
        }
        _folder.Dispose();
        _stop.Dispose();
        _turn.Dispose();
    }

    private static void Clear(IExportFolder folder, string mark)
    {
        foreach (var name in RowFiles.Names)
        {
            try
            {
                folder.Delete(ExportFileNames.Ahead(name, mark));
            }
            catch (Exception exception) when (ExportException.IsFileSystem(exception))
            {
                // It stays until the next export to the folder, which finds that nobody writes it.
            }
        }
    }
}
