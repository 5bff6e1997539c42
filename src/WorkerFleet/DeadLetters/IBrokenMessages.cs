namespace WorkerFleet.DeadLetters;

/// <summary>Where messages are filed that nobody could handle: they are of no item that could be named.</summary>
public interface IBrokenMessages
{
    /// <summary>Files a message; one that is there stays as it is.</summary>
    Task AddAsync(BrokenMessage message, CancellationToken cancellationToken);

    /// <summary>The newest first, at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<BrokenMessage>> ReadAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Deletes those found before; nobody looks at them for ever.</summary>
    Task RemoveBeforeAsync(DateTimeOffset foundBefore, CancellationToken cancellationToken);
}
