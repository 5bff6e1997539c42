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

    /// <summary>
    /// How long an item that an agent has accepted is worked on in the background; null for agents that answer at
    /// once.
    /// </summary>
    public TimeSpan? Background { get; init; }

    /// <summary>Mean size of an answer, in bytes; null where nobody knows.</summary>
    public double? OutputBytes { get; init; }

    /// <summary>Calls that this was measured on; 0 where it was given.</summary>
    public int MeasuredCalls { get; init; }

    /// <summary>
    /// How far the mean that was measured may be from the true one, as a share of it: 90 of 100 times it is less. 0
    /// where nothing was measured.
    /// </summary>
    public double Uncertainty =>
        MeasuredCalls == 0 ? 0 : Math.Min(0.9, LatencyProfile.Z95 * Latency.Variation / Math.Sqrt(MeasuredCalls));

    /// <summary>
    /// At an end of what the sample allows for: calls shorter or longer, fewer or more of them to be made again.
    /// </summary>
    /// <param name="side">-1 for the better end, 1 for the worse, 0 for what was measured.</param>
    public CallProfile Shift(int side) => side == 0 || MeasuredCalls == 0 ? this : this with
    {
        Latency = Latency.Times(1 + (side * Uncertainty)),
        FailureRate = Bound(FailureRate, side),
    };

    /// <summary>An end of Wilson's interval, which 90 of 100 samples have the true share in.</summary>
    private double Bound(double share, int side)
    {
        var (n, z) = (MeasuredCalls, LatencyProfile.Z95);
        var middle = share + (z * z / (2 * n));
        var half = z * Math.Sqrt((share * (1 - share) / n) + (z * z / (4.0 * n * n)));
        return Math.Clamp((middle + (side * half)) / (1 + (z * z / n)), 0, 1);
    }
}
