namespace WorkerFleet.Scaling;

/// <summary>Section <c>Fleet:Scaling</c>: what the number of workers that is asked for follows from.</summary>
public sealed record ScaleOptions
{
    public const string Section = "Fleet:Scaling";

    /// <summary>
    /// The time in which the workers should be able to finish what waits now, 1 s to 1 day. Default 60 s. Shorter:
    /// more workers, sooner, and idle for longer while they start and stop.
    /// </summary>
    public TimeSpan AcceptableTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Between two looks, 5 s to 10 min. Default 15 s. Each reads the open batches, and a few slices of each.
    /// </summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Items that a worker works on at the same time, while none is there to say it: <c>Fleet:Worker:Concurrency</c>
    /// of the workers. Default 25.
    /// </summary>
    public int WorkerConcurrency { get; init; } = 25;
}
