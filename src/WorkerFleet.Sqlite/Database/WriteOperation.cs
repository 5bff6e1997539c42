using System.Diagnostics;

namespace WorkerFleet.Sqlite.Database;

/// <summary>One write that waits for the writer, and the caller's task for it.</summary>
internal interface IWriteOperation
{
    /// <summary>What it adds to the transaction, in bytes, roughly.</summary>
    int Size { get; }

    /// <summary>Since it was asked for.</summary>
    TimeSpan Waited { get; }

    /// <summary>Whether the caller gave up before it started; then its task is cancelled.</summary>
    bool Drop();

    /// <summary>Does the work. Repeatable: a transaction that is rolled back for another operation runs it again.</summary>
    void Run(WriteTransaction transaction);

    /// <summary>What it did is durable.</summary>
    void Complete();

    /// <summary>Nothing of it happened.</summary>
    void Fail(Exception exception);
}

/// <summary>A write with a result.</summary>
internal sealed class WriteOperation<T>(
    Func<WriteTransaction, T> work, int size, CancellationToken cancellationToken) : IWriteOperation
{
    // Callers go on elsewhere: the writer's thread has the next transaction to run.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly long _asked = Stopwatch.GetTimestamp();

    private T? _result;

    public Task<T> Task => _completion.Task;

    public int Size => size;

    public TimeSpan Waited => Stopwatch.GetElapsedTime(_asked);

    public bool Drop() => cancellationToken.IsCancellationRequested && _completion.TrySetCanceled(cancellationToken);

    public void Run(WriteTransaction transaction) => _result = work(transaction);

    public void Complete() => _completion.TrySetResult(_result!);

    public void Fail(Exception exception) => _completion.TrySetException(exception);
}
