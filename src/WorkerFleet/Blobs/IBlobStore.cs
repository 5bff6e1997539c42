namespace WorkerFleet.Blobs;

/// <summary>Keeps what is too large for a record: sources, and later large inputs and outputs.</summary>
public interface IBlobStore
{
    /// <summary>Stores all of <paramref name="content"/> under a name; visible only once complete. Replaces.</summary>
    Task PutAsync(string name, Stream content, CancellationToken cancellationToken);

    /// <summary>Opens for reading from a byte offset.</summary>
    /// <exception cref="FileNotFoundException">There is no such blob.</exception>
    Task<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellationToken);

    Task<bool> ExistsAsync(string name, CancellationToken cancellationToken);

    /// <summary>Deletes every blob whose name begins so.</summary>
    Task DeleteAsync(string prefix, CancellationToken cancellationToken);
}
