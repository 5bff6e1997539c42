namespace WorkerFleet.Batches;

/// <summary>
/// Gives commands to a batch, from any process that reaches the store: through the durable schedule, which whoever
/// drives the batch sweeps. Each returns once the command is durable, not once it has taken effect.
/// </summary>
public sealed class BatchController
{
    public Task PauseAsync(Guid batchId, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task ResumeAsync(Guid batchId, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task CancelAsync(Guid batchId, string reason, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Runs failed items again: these rows, or those of a group, or (both null) all.</summary>
    public Task ReplayAsync(
        Guid batchId, IReadOnlyList<long>? indexes, string? group, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
