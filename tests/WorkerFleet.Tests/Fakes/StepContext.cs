using System.Collections.Concurrent;

namespace WorkerFleet.Tests.Fakes;

/// <summary>
/// Runs what is begun in it on the test's own thread, and goes on with it when the test says so: between two steps of the
/// test's clock nothing is in the air, however busy the machine is.
/// </summary>
internal sealed class StepContext : SynchronizationContext
{
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _posted = new();

    public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue((d, state));

    /// <summary>Begins something: behind each of its waits it goes on in <see cref="GoOn"/>.</summary>
    public T Begin<T>(Func<T> begin)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            return begin();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>Goes on with all that can, until nothing can.</summary>
    public void GoOn() => Begin(() =>
    {
        var count = 0;
        for (; _posted.TryDequeue(out var next); count++)
            next.Callback(next.State);
        return count;
    });
}
