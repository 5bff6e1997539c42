using System.Runtime.CompilerServices;

namespace WorkerFleet.Items;

/// <summary>
/// Awaited, it puts what follows behind everything that the thread pool has to do by now. <see cref="Task.Yield"/> does not:
/// its continuation goes to the thread's own queue, whose newest entry comes first.
/// </summary>
internal readonly struct BehindOthers : ICriticalNotifyCompletion
{
    public bool IsCompleted => false;

    public BehindOthers GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) =>
        ThreadPool.QueueUserWorkItem(static action => action(), continuation, preferLocal: false);

    public void UnsafeOnCompleted(Action continuation) =>
        ThreadPool.UnsafeQueueUserWorkItem(static action => action(), continuation, preferLocal: false);
}
