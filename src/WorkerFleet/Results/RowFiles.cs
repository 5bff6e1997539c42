using WorkerFleet.Batches;
using WorkerFleet.Items;

namespace WorkerFleet.Results;

/// <summary>The files of an export that hold rows, while they are being written.</summary>
internal sealed class RowFiles : IRowSink, IDisposable
{
    /// <summary>The names they get, in the order of <see cref="Files"/>.</summary>
    public static readonly IReadOnlyList<string> Names =
        [ExportFileNames.Results, ExportFileNames.Table, ExportFileNames.Failures];

    private readonly string _folder;
    private readonly List<OutputFile> _files = [];
    private readonly ResultLines? _results;
    private readonly ResultTable? _table;
    private readonly FailureLines? _failures;

    /// <param name="spec">Says which columns there are.</param>
    /// <param name="folder">For messages.</param>
    /// <param name="create">Creates the file that is to have that name.</param>
    public RowFiles(BatchSpec spec, string folder, Func<string, Stream> create)
    {
        _folder = folder;
        try
        {
            foreach (var name in Names)
                _files.Add(new OutputFile(name, create(name)));
            _results = new ResultLines(_files[0]);
            _table = new ResultTable(_files[1], spec);
            _failures = new FailureLines(_files[2]);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<OutputFile> Files => _files;

    /// <summary>Puts a row into the buffers of the files it belongs to.</summary>
    public void Write(ResultRow row)
    {
        _results!.Write(row);
        _table!.Write(row);
        if (row.Settled.State != ItemState.Succeeded)
            _failures!.Write(row);
    }

    /// <summary>Writes out buffers that have filled up.</summary>
    /// <exception cref="ExportException">The disk does not take them; what the files hold is then uncertain.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        foreach (var file in _files)
            if (file.WantsFlush)
                await FlushAsync(file, cancellationToken);
    }

    public void Dispose()
    {
        _results?.Dispose();
        _failures?.Dispose();
        foreach (var file in _files)
            file.Dispose();
    }

    private async ValueTask FlushAsync(OutputFile file, CancellationToken cancellationToken)
    {
        try
        {
            await file.FlushAsync(cancellationToken);
        }
        catch (Exception exception) when (ExportException.IsFileSystem(exception))
        {
            throw ExportException.Writing(_folder, exception);
        }
    }
}
