namespace WorkerFleet.Workers;

/// <summary>How long a process keeps itself from being chosen when there are to be fewer of them.</summary>
public sealed record ScaleInOptions
{
    /// <summary>
    /// For how long protection is asked for at a time, 1 minute to 48 hours, as ECS takes it; renewed after a third of
    /// it while rows are in flight. Default 1 hour: longer means fewer requests, and that a process that hangs is kept
    /// for longer.
    /// </summary>
    public TimeSpan ProtectFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// After how long without a row in flight it is given back, 1 second to 1 hour, and less than
    /// <see cref="ProtectFor"/>. Default 1 minute: shorter lets go of idle workers sooner, and costs a request more often
    /// where rows come in drops.
    /// </summary>
    public TimeSpan ReleaseAfter { get; init; } = TimeSpan.FromMinutes(1);
}
