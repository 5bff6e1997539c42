namespace WorkerFleet.Storage;

/// <summary>
/// How often a process looks at what others have written, and says how it is itself. The store's own, since what is free in one is
/// paid for in another, by every process and all the time.
/// </summary>
/// <param name="Look">Between looks at the state of a batch that it works on: what a pause or cancel waits at most.</param>
/// <param name="Report">Between two heartbeats of a process.</param>
/// <param name="Check">Between looks of the reconciler for batches that make no progress.</param>
/// <param name="Share">Between claims of a worker on its limits, while nothing presses.</param>
public sealed record StorePace(TimeSpan Look, TimeSpan Report, TimeSpan Check, TimeSpan Share)
{
    /// <summary>For a store on the same machine.</summary>
    public static StorePace Local { get; } =
        new(
            TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(250));

    /// <summary>For a store that takes money for each request.</summary>
    public static StorePace Metered { get; } =
        new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(2));
}
