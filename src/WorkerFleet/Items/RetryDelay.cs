using WorkerFleet.Batches;

namespace WorkerFleet.Items;

/// <summary>How long a failed attempt waits for the next: exponential backoff with full jitter.</summary>
public static class RetryDelay
{
    /// <summary>
    /// Somewhere between nothing and the bound, which doubles with each attempt up to the batch's longest delay; never less
    /// than the agent's Retry-After. Full jitter spreads the retries of a throttled fleet most evenly
    /// (AWS Architecture Blog, "Exponential Backoff And Jitter").
    /// </summary>
    /// <param name="retry">The batch's bounds.</param>
    /// <param name="attempts">Attempts of this round that have ended, from 1.</param>
    /// <param name="retryAfter">What the agent asked for.</param>
    /// <param name="random">From 0 to 1.</param>
    public static TimeSpan After(RetrySpec retry, int attempts, TimeSpan? retryAfter, double random)
    {
        // 2^30 base delays is longer than any delay allowed; it keeps the shift inside a long.
        var bound = Math.Min(retry.MaxDelay.Ticks, retry.BaseDelay.Ticks * (double)(1L << Math.Min(attempts - 1, 30)));
        var delay = TimeSpan.FromTicks((long)(bound * random));
        return retryAfter > delay ? retryAfter.Value : delay;
    }
}
