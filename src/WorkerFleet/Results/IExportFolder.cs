namespace WorkerFleet.Results;

/// <summary>
/// The folder an export is written to, as a rule locked against other exports until disposed. Stands in for the disk, which
/// can be full, slow, or gone between any two of these steps.
/// </summary>
internal interface IExportFolder : IDisposable
{
    /// <summary>Full path.</summary>
    string Path { get; }

    /// <summary>Creates a file, or empties the one that is there. Unbuffered.</summary>
    FileStream Create(string name);

    /// <summary>Gives a file its final name, replacing what had it.</summary>
    void Rename(string from, string to);

    /// <summary>Nothing happens when there is none.</summary>
    void Delete(string name);

    /// <summary>Deletes what was written ahead by processes that are dead. What cannot be deleted stays.</summary>
    void DeleteAbandoned();

    /// <summary>Makes creations, renames and deletions durable.</summary>
    void Sync();
}
