namespace WorkerFleet.Api.Live;

/// <summary>Reads what is watched, for one topic.</summary>
internal interface ILiveSource<T>
{
    /// <returns>Null when it is gone.</returns>
    Task<T?> ReadAsync(CancellationToken cancellationToken);

    bool IsFinal(T value);

    /// <summary>The value with its place in the stream.</summary>
    T Stamp(T value, long sequence, DateTimeOffset at);
}
