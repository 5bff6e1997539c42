using System.Globalization;
using System.Text;
using WorkerFleet.Batches;
using WorkerFleet.Storage;

namespace WorkerFleet.Sqlite;

/// <summary>
/// A lock file for each batch, <c>locks/{batch}.lock</c>, held open by the process that drives it: the operating system
/// releases it however the process ends. The file's content, the process id, is for people only. Whoever takes such a
/// lock, or looks whether it is held, holds <c>locks/gate.driver</c> meanwhile: so one that is found held is a driver's.
/// </summary>
internal sealed class FileBatchDrivers(string dataFolder) : IBatchDrivers
{
    private readonly string _folder = Path.Combine(Path.GetFullPath(dataFolder), "locks");

    public bool ByOneProcess => true;

    private LockGate Gate => new(Path.Combine(_folder, "gate.driver"));

    public IDisposable? TryTake(Guid batchId)
    {
        FileStream? file = null;
        try
        {
            PrivateFolder.Create(Path.GetDirectoryName(_folder)!);
            Directory.CreateDirectory(_folder);
            file = Gate.Pass(() => TryOpen(batchId, FileMode.OpenOrCreate));
            if (file is null)
                return null;
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw NotWritable(batchId, exception);
        }
    }

    public bool IsDriven(Guid batchId)
    {
        try
        {
            return Gate.Pass(() =>
            {
                using var probe = TryOpen(batchId, FileMode.Open);
                return probe is null;
            });
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(batchId, exception);
        }
    }

    /// <summary>
    /// Removes the lock file of a batch that is deleted. Not when it is released: another process may have opened the
    /// file by then, and would hold a lock that a third one no longer finds.
    /// </summary>
    public void Forget(Guid batchId)
    {
        if (Directory.Exists(_folder))
            File.Delete(PathOf(batchId));
    }

    private StoreException NotWritable(Guid batchId, Exception exception) => new(
        StoreFault.NotWritable,
        $"{PathOf(batchId)} cannot be written: {exception.Message} Check the rights to the data folder.",
        exception);

    private string PathOf(Guid batchId) => Path.Combine(_folder, $"{batchId:N}.lock");

    /// <returns>Null when it is held.</returns>
    private FileStream? TryOpen(Guid batchId, FileMode mode) =>
        LockFile.TryOpen(PathOf(batchId), mode, FileAccess.ReadWrite, FileShare.None);
}
