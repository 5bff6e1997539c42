using WorkerFleet.Results;

namespace WorkerFleet.Tests.Results;

/// <summary>
/// A real folder whose disk fails at one step, counted over everything that touches it. After that step nothing works any
/// more, as when the process had died there.
/// </summary>
internal sealed class FaultyFolder(IExportFolder folder, int failAt, Func<Exception> failure) : IExportFolder
{
    public int Steps { get; private set; }

    public string Path => folder.Path;

    public Stream Create(string name)
    {
        Step();
        folder.Create(name).Dispose();
        return new FaultyStream(System.IO.Path.Combine(Path, name), this);
    }

    public void Rename(string from, string to)
    {
        Step();
        folder.Rename(from, to);
    }

    public void Delete(string name)
    {
        Step();
        folder.Delete(name);
    }

    public void DeleteAbandoned()
    {
        Step();
        folder.DeleteAbandoned();
    }

    public Task SyncAsync(CancellationToken cancellationToken)
    {
        Step();
        return folder.SyncAsync(cancellationToken);
    }

    public void Dispose() => folder.Dispose();

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    private void Step()
    {
        if (++Steps >= failAt)
            throw failure();
    }

    private sealed class FaultyStream(string path, FaultyFolder owner)
        : FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0)
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            owner.Step();
            return base.WriteAsync(buffer, cancellationToken);
        }

        public override void Flush(bool flushToDisk)
        {
            if (flushToDisk)
                owner.Step();
            base.Flush(flushToDisk);
        }
    }
}
