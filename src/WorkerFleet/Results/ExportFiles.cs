using System.Buffers;
using System.Text.Json;
using WorkerFleet.Batches;

namespace WorkerFleet.Results;

/// <summary>
/// The files of one export, handled in the order that makes a crash at any point harmless: the old manifest goes first,
/// files get their names when they are whole and on the disk, the new manifest comes last.
/// </summary>
internal sealed class ExportFiles : IAsyncDisposable
{
    private readonly IExportFolder _folder;
    private readonly List<OutputFile> _files = [];
    private ResultLines? _results;
    private ResultTable? _table;
    private FailureLines? _failures;

    private ExportFiles(IExportFolder folder) => _folder = folder;

    public string Folder => _folder.Path;

    /// <exception cref="ExportException">The folder cannot be used.</exception>
    public static ExportFiles Open(string folder, Func<string, IExportFolder> open)
    {
        try
        {
            return new ExportFiles(open(folder));
        }
        catch (Exception exception) when (ExportException.IsFileSystem(exception))
        {
            throw ExportException.Writing(folder, exception);
        }
    }

    /// <summary>Takes the old manifest away and begins the files.</summary>
    public Task BeginAsync(BatchSpec spec, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        _folder.Delete(ExportFileNames.Manifest);
        await _folder.SyncAsync(cancellationToken);
        foreach (var name in (string[])[.. ExportFileNames.Content, ExportFileNames.Manifest])
            _folder.Delete(ExportFileNames.Partial(name));
        _results = new ResultLines(Create(ExportFileNames.Results));
        _table = new ResultTable(Create(ExportFileNames.Table), spec);
        _failures = new FailureLines(Create(ExportFileNames.Failures));
    });

    /// <summary>Puts a row into the buffers of the files it belongs to.</summary>
    public void Write(ResultRow row)
    {
        _results!.Write(row);
        _table!.Write(row);
        if (row.Settled.State != Items.ItemState.Succeeded)
            _failures!.Write(row);
    }

    /// <summary>Writes out buffers that have filled up.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        foreach (var file in _files)
            if (file.WantsFlush)
                await GuardAsync(async () => await file.FlushAsync(cancellationToken));
    }

    /// <summary>Completes all files and gives them their names.</summary>
    public async Task<IReadOnlyList<ManifestFile>> PublishAsync(
        BatchSummary summary, CancellationToken cancellationToken)
    {
        var written = new List<ManifestFile>();
        await GuardAsync(async () =>
        {
            WriteJson(Create(ExportFileNames.Summary), summary);
            // At the same time: each waits for the disk.
            written.AddRange(await Task.WhenAll(
                _files.Select(file => Task.Run(() => file.CompleteAsync(cancellationToken), CancellationToken.None))));
            foreach (var file in written)
                _folder.Rename(ExportFileNames.Partial(file.Name), file.Name);
            await _folder.SyncAsync(cancellationToken);
        });
        return written;
    }

    /// <summary>Writes the manifest, which declares the export whole.</summary>
    public Task SealAsync(ExportManifest manifest, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var file = Create(ExportFileNames.Manifest);
        WriteJson(file, manifest);
        await file.CompleteAsync(cancellationToken);
        _folder.Rename(ExportFileNames.Partial(ExportFileNames.Manifest), ExportFileNames.Manifest);
        await _folder.SyncAsync(cancellationToken);
    });

    /// <summary>Closes everything and removes what did not become a file.</summary>
    public async ValueTask DisposeAsync()
    {
        _results?.Dispose();
        _failures?.Dispose();
        foreach (var file in _files)
        {
            file.Dispose();
            DeletePartial(file.Name);
        }
        await _folder.DisposeAsync();
    }

    private OutputFile Create(string name)
    {
        var file = new OutputFile(name, _folder.Create(ExportFileNames.Partial(name)));
        _files.Add(file);
        return file;
    }

    private static void WriteJson<T>(OutputFile file, T content)
    {
        using (var json = new Utf8JsonWriter(file, ResultJson.DocumentOptions))
            JsonSerializer.Serialize(json, content, ResultJson.Options);
        file.Write("\n"u8);
    }

    private void DeletePartial(string name)
    {
        try
        {
            _folder.Delete(ExportFileNames.Partial(name));
        }
        catch (Exception exception) when (ExportException.IsFileSystem(exception))
        {
            // It stays until the next export; what went wrong with the disk has been said already.
        }
    }

    private async Task GuardAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception exception) when (ExportException.IsFileSystem(exception))
        {
            throw ExportException.Writing(_folder.Path, exception);
        }
    }
}
