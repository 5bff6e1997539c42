using WorkerFleet.Batches;

namespace WorkerFleet.Tests.Cli.Health;

/// <summary>A store whose reads do what a test wants, and which takes no notice of being told to give up.</summary>
internal sealed class StubbornStore : IBatchStore
{
    public Func<Task<IReadOnlyList<BatchState>>> OnList { get; set; } = () =>
        Task.FromResult<IReadOnlyList<BatchState>>([]);

    public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<IReadOnlyList<BatchState>> ListAsync(
        Guid? before, bool unfinishedOnly, int limit, CancellationToken cancellationToken)
    {
        Assert.Equal(1, limit);
        var answer = OnList();
        Asked.TrySetResult();
        return answer;
    }

    public Task<BatchState?> FindAsync(Guid batchId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task InsertAsync(BatchState batch, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task UpdateAsync(BatchState batch, int expectedVersion, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task DeleteAsync(Guid batchId, CancellationToken cancellationToken) => throw new NotSupportedException();
}
