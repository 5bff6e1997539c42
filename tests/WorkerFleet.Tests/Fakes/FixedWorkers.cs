using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Fakes;

/// <summary>A register that says what the test puts into it.</summary>
internal sealed class FixedWorkers : IWorkerRegistry
{
    public List<WorkerRecord> Workers { get; } = [];

    public Task PutAsync(WorkerRecord worker, CancellationToken cancellationToken)
    {
        Workers.Add(worker);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<WorkerRecord>> ListAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<WorkerRecord>>([.. Workers.Where(worker => worker.SeenAt >= since)]);

    public Task RemoveAsync(string workerId, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task RemoveBeforeAsync(DateTimeOffset seenBefore, CancellationToken cancellationToken) => Task.CompletedTask;
}
