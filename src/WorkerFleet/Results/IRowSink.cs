namespace WorkerFleet.Results;

/// <summary>Where the rows of an export go: the files of a folder, or one stream.</summary>
internal interface IRowSink
{
    /// <summary>Puts a row into the buffers of what it belongs to.</summary>
    void Write(ResultRow row);

    /// <summary>Writes out buffers that have filled up.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}
