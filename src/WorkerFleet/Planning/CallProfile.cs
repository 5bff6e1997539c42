namespace WorkerFleet.Planning;

/// <summary>What calls of an agent take and come to: measured on a sample, or given.</summary>
public sealed record CallProfile
{
    /// <summary>Of calls that were not throttled.</summary>
    public required LatencyProfile Latency { get; init; }

    /// <summary>Share of attempts, 0 to 1, that fail and are tried again.</summary>
    public double FailureRate { get; init; }

    /// <summary>Share of rows, 0 to 1, that fail for good at their first attempt.</summary>
    public double RefusedRate { get; init; }

    /// <summary>Share of calls, 0 to below 1, that are throttled: they did not run, and use up no attempt.</summary>
    public double ThrottledRate { get; init; }

    /// <summary>What throttled calls ask for, for all calls of the agent; null for nothing.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Share of the throttled calls, 0 to 1, that ask for it.</summary>
    public double RetryAfterRate { get; init; }

    /// <summary>How long an item that an agent has accepted is worked on in the background; null for agents that answer at once.</summary>
    public TimeSpan? Background { get; init; }

    /// <summary>Mean size of an answer, in bytes. Default 1 KiB, which is what the costs of the stores were measured with.</summary>
    public double OutputBytes { get; init; } = 1_024;

    /// <summary>Calls that this was measured on; 0 where it was given.</summary>
    public int MeasuredCalls { get; init; }

    /// <summary>
    /// How far the mean that was measured may be from the true one, as a share of it: 90 of 100 times it is less. 0 where nothing was
    /// measured.
    /// </summary>
    public double Uncertainty =>
        MeasuredCalls == 0 ? 0 : Math.Min(0.9, LatencyProfile.Z95 * Latency.Variation / Math.Sqrt(MeasuredCalls));
}
