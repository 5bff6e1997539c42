namespace WorkerFleet.Results;

/// <summary>
/// The folder an export is written to; on a disk, as a rule locked against other exports until disposed. Stands in for the
/// disk, or for a bucket, which can be full, slow, or gone between any two of these steps. Creations, renames and deletions
/// may wait for the next <see cref="SyncAsync"/> to be carried out, in their order. To dispose of it asynchronously takes
/// away what has no final name, where it is not a folder that others can look into.
/// </summary>
internal interface IExportFolder : IDisposable, IAsyncDisposable
{
    /// <summary>Full path, or another address.</summary>
    string Path { get; }

    /// <summary>Creates a file, or empties the one that is there. Flush it, once, when all is written.</summary>
    Stream Create(string name);

    /// <summary>Gives a file its final name, replacing what had it.</summary>
    void Rename(string from, string to);

    /// <summary>Nothing happens when there is none.</summary>
    void Delete(string name);

    /// <summary>Deletes what was written ahead by processes that are dead. What cannot be deleted stays.</summary>
    void DeleteAbandoned();

    /// <summary>Makes creations, renames and deletions durable.</summary>
    Task SyncAsync(CancellationToken cancellationToken);
}
