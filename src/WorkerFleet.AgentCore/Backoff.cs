namespace WorkerFleet.AgentCore;

/// <summary>The least that a failure of a platform waits, beside the batch's own delays.</summary>
/// <param name="Min">At least, after the first attempt; doubles with each further one.</param>
/// <param name="Max">At most.</param>
internal sealed record Backoff(TimeSpan Min, TimeSpan Max)
{
    /// <summary>2^20 times any shortest wait is longer than any longest one; it keeps the shift inside a long.</summary>
    private const int MaxDoublings = 20;

    /// <param name="attempt">That has failed, from 1.</param>
    /// <param name="random">From 0 to 1: without it, what failed together would come back together.</param>
    /// <returns>From the bound of this attempt to that of the next.</returns>
    public TimeSpan After(int attempt, double random)
    {
        var bound = Min.Ticks * (double)(1L << Math.Clamp(attempt - 1, 0, MaxDoublings));
        return TimeSpan.FromTicks((long)Math.Min(bound * (1 + random), Max.Ticks));
    }
}
