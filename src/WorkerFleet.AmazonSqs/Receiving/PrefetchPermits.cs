using System.Diagnostics.CodeAnalysis;

namespace WorkerFleet.AmazonSqs.Receiving;

/// <summary>How many messages may still be received. Given out in lots of ten where that costs no time.</summary>
/// <param name="count">The prefetch count.</param>
/// <param name="hasWaiting">Whether a message waits for a consumer, so that more are not needed at once.</param>
/// <param name="time">The clock.</param>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore holds nothing to free while nobody asks for its handle.")]
internal sealed class PrefetchPermits(int count, Func<bool> hasWaiting, TimeProvider time)
{
    /// <summary>How long a receive waits for more permits: consumers that are fast give some back in that time.</summary>
    public static readonly TimeSpan FillTime = TimeSpan.FromMilliseconds(5);

    private readonly SemaphoreSlim _free = new(count);
    private readonly SemaphoreSlim _turn = new(1);

    public async Task<int> TakeAsync(int max, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        var taken = 0;
        try
        {
            var wanted = Math.Min(max, count);
            do
            {
                await _free.WaitAsync(cancellationToken);
                taken++;
                TakeFree();
            }
            while (taken < wanted && hasWaiting());

            if (taken < wanted)
            {
                await Task.Delay(FillTime, time, cancellationToken);
                TakeFree();
            }

            return taken;

            void TakeFree()
            {
                while (taken < wanted && _free.Wait(0, CancellationToken.None))
                    taken++;
            }
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
        if (permits > 0)
            _free.Release(permits);
    }
}
