using System.Diagnostics.CodeAnalysis;

namespace WorkerFleet.AmazonSqs.Receiving;

/// <summary>How many messages may still be received. Given out in lots of ten where that costs no time.</summary>
/// <param name="count">The prefetch count.</param>
/// <param name="hasWaiting">Whether a message waits for a consumer, so that more are not needed at once.</param>
/// <param name="time">The clock.</param>
[SuppressMessage(
    "Design", "CA1001", Justification = "A semaphore holds nothing to free while nobody asks for its handle.")]
internal sealed class PrefetchPermits(int count, Func<bool> hasWaiting, TimeProvider time)
{
    /// <summary>
    /// How long a receive waits for more permits: consumers that are fast give some back in that time.
    /// </summary>
    public static readonly TimeSpan FillTime = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly int _count = count;
    private readonly SemaphoreSlim _turn = new(1);
    private int _free = count;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <returns>At least one; all that were asked for, if there is work to do until they are free.</returns>
    public async Task<int> TakeAsync(int max, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        var taken = 0;
        try
        {
            var wanted = Math.Min(max, _count);
            while (TakeFree(wanted, ref taken) is { } changed)
                await changed.WaitAsync(cancellationToken);
            if (taken < wanted)
            {
                await Task.Delay(FillTime, time, cancellationToken);
                _ = TakeFree(wanted, ref taken);
            }

            return taken;
        }
        catch
        {
            Release(taken);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Release(int permits)
    {
        lock (_lock)
            _free += permits;
        Hurry();
    }

    /// <summary>No message waits any more.</summary>
    public void Hurry() => Volatile.Read(ref _changed).TrySetResult();

    /// <returns>When to try again; null when there is nothing to wait for.</returns>
    private Task? TakeFree(int wanted, ref int taken)
    {
        // Anew before it is looked at: what changes after is told.
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _changed, changed);
        lock (_lock)
        {
            var more = Math.Min(wanted - taken, _free);
            _free -= more;
            taken += more;
        }

        return taken == wanted || (taken > 0 && !hasWaiting()) ? null : changed.Task;
    }
}
