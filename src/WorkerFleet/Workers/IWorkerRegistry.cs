namespace WorkerFleet.Workers;

/// <summary>The processes of the fleet, by their heartbeats.</summary>
public interface IWorkerRegistry
{
    /// <summary>Adds the process, or replaces what it said before.</summary>
    Task PutAsync(WorkerRecord worker, CancellationToken cancellationToken);

    /// <summary>Those that were seen at or after <paramref name="since"/>, by id.</summary>
    Task<IReadOnlyList<WorkerRecord>> ListAsync(DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>For a process that ends in order. Nothing happens when there is none.</summary>
    Task RemoveAsync(string workerId, CancellationToken cancellationToken);

    /// <summary>Deletes those that were last seen before; the register does not grow with every restart.</summary>
    Task RemoveBeforeAsync(DateTimeOffset seenBefore, CancellationToken cancellationToken);
}
