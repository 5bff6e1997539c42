namespace WorkerFleet.Workers;

/// <summary>What only one process of the fleet does at a time. A lease that is not renewed runs out.</summary>
public interface ILeases
{
    /// <summary>Takes the lease, or renews it where <paramref name="holder"/> has it, until now + duration.</summary>
    /// <returns>False when another holds it.</returns>
    Task<bool> TryTakeAsync(
        string name, string holder, DateTimeOffset now, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Gives the lease back early. Nothing happens when <paramref name="holder"/> has it no longer.</summary>
    Task ReleaseAsync(string name, string holder, CancellationToken cancellationToken);
}
