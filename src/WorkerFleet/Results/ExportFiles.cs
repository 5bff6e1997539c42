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
    private readonly List<OutputFile> _documents = [];
    private RowFiles? _rows;

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
    /// <exception cref="ExportException">The folder cannot be written to.</exception>
    public Task<RowFiles> BeginAsync(BatchSpec spec, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await ClearAsync(cancellationToken);
        _folder.DeleteAbandoned();
        return _rows = new RowFiles(spec, _folder.Path, name => _folder.Create(ExportFileNames.Partial(name)));
    });

    /// <summary>Takes the old manifest away and goes on with files that were begun before.</summary>
    /// <exception cref="ExportException">The folder cannot be written to, or those files are gone.</exception>
    public Task<RowFiles> BeginAsync(HeadStart headStart, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await ClearAsync(cancellationToken);
        _rows = headStart.HandOver(_folder);
        _folder.DeleteAbandoned();
        return _rows;
    });

    /// <summary>Completes all files and gives them their names.</summary>
    public async Task<IReadOnlyList<ManifestFile>> PublishAsync(
        BatchSummary summary, CancellationToken cancellationToken)
    {
        var written = new List<ManifestFile>();
        await GuardAsync(async () =>
        {
            var document = Create(ExportFileNames.Summary);
            WriteJson(document, summary);
            // At the same time: each waits for the disk.
            written.AddRange(await Task.WhenAll(
                _rows!.Files.Append(document).Select(file => Task.Run(() => file.CompleteAsync(cancellationToken), CancellationToken.None))));
            foreach (var file in written)
                _folder.Rename(ExportFileNames.Partial(file.Name), file.Name);
            await _folder.SyncAsync(cancellationToken);
            return true;
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
        return true;
    });

    /// <summary>Writes both documents to nowhere.</summary>
    public static void Rehearse(BatchSummary summary, ExportManifest manifest)
    {
        using var nowhere = new OutputFile("", Stream.Null);
        WriteJson(nowhere, summary);
        WriteJson(nowhere, manifest);
    }

    /// <summary>Closes everything and removes what did not become a file.</summary>
    public async ValueTask DisposeAsync()
    {
        _rows?.Dispose();
        foreach (var document in _documents)
            document.Dispose();
        foreach (var name in Unfinished)
            DeletePartial(name);
        await _folder.DisposeAsync();
    }

    private static IEnumerable<string> Unfinished => ExportFileNames.Content.Append(ExportFileNames.Manifest);

    private async Task ClearAsync(CancellationToken cancellationToken)
    {
        _folder.Delete(ExportFileNames.Manifest);
        foreach (var name in Unfinished)
            _folder.Delete(ExportFileNames.Partial(name));
        await _folder.SyncAsync(cancellationToken);
    }

    private OutputFile Create(string name)
    {
        var file = new OutputFile(name, _folder.Create(ExportFileNames.Partial(name)));
        _documents.Add(file);
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

    private async Task<T> GuardAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception exception) when (ExportException.IsFileSystem(exception))
        {
            throw ExportException.Writing(_folder.Path, exception);
        }
    }
}
