namespace WorkerFleet.Results;

/// <summary>A kind of place that exports can go to and be read from, besides folders of this machine.</summary>
internal interface IExportLocation
{
    /// <summary>Whether the address is one of these.</summary>
    bool Knows(string folder);

    /// <summary>Nothing is done there yet.</summary>
    /// <exception cref="ExportException">The address is wrong.</exception>
    IExportFolder Open(string folder);

    /// <returns>Null when there is no such file.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    Task<Stream?> OpenReadAsync(string folder, string name, CancellationToken cancellationToken);
}
