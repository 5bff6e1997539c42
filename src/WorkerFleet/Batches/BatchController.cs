using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;

namespace WorkerFleet.Batches;

/// <summary>
/// Gives commands to a batch, from any process that reaches the store: through the durable schedule, which whoever
/// drives the batch sweeps. Each returns once the command is durable, not once it has taken effect.
/// </summary>
public sealed class BatchController(ISchedule schedule, TimeProvider time)
{
    /// <summary>One name for pause and resume, so that the later one replaces the other while that is still there.</summary>
    private const string Hold = "hold";

    public Task PauseAsync(Guid batchId, CancellationToken cancellationToken) =>
        CommandAsync(batchId, Hold, new PauseBatch(batchId), cancellationToken);

    public Task ResumeAsync(Guid batchId, CancellationToken cancellationToken) =>
        CommandAsync(batchId, Hold, new ResumeBatch(batchId), cancellationToken);

    public Task CancelAsync(Guid batchId, string reason, CancellationToken cancellationToken) =>
        CommandAsync(batchId, "cancel", new CancelBatch(batchId, reason), cancellationToken);

    /// <summary>Changes limits of a batch that is not over.</summary>
    public Task SetLimitsAsync(SetLimits limits, CancellationToken cancellationToken) => schedule.PutAsync(
        // Each by itself: a later change of one limit does not replace an earlier one of another.
        Command(limits.BatchId, $"limits/{Guid.CreateVersion7(limits.RequestedAt):N}", limits, limits.RequestedAt),
        cancellationToken);

    /// <summary>Has what the batch waits for sent again: for a batch whose process is gone. Harmless otherwise.</summary>
    public Task RedriveAsync(Guid batchId, CancellationToken cancellationToken) =>
        CommandAsync(batchId, "redrive", new RedriveBatch(batchId), cancellationToken);

    /// <summary>Runs failed items again: these rows, or those of a group, or (both null) all, cancelled ones too.</summary>
    public Task ReplayAsync(
        Guid batchId, IReadOnlyList<long>? indexes, string? group, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return schedule.PutAsync(
            ReplayCommand(new(batchId, Guid.CreateVersion7(now), indexes, group, now), now), cancellationToken);
    }

    internal static ScheduledMessage ReplayCommand(ReplayItems replay, DateTimeOffset dueAt) =>
        Command(replay.BatchId, $"replay/{replay.ReplayId:N}", replay, dueAt);

    internal Task SubmitAsync(SubmitBatch submit, CancellationToken cancellationToken) =>
        CommandAsync(submit.BatchId, "submit", submit, cancellationToken);

    private Task CommandAsync<T>(Guid batchId, string name, T command, CancellationToken cancellationToken)
        where T : class =>
        schedule.PutAsync(Command(batchId, name, command, time.GetUtcNow()), cancellationToken);

    private static ScheduledMessage Command<T>(Guid batchId, string name, T command, DateTimeOffset dueAt)
        where T : class =>
        ScheduledMessages.Create($"command/{batchId:N}/{name}", batchId, dueAt, QueueNames.Batches, command);
}
