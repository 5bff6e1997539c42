namespace WorkerFleet.Telemetry.CloudWatch;

/// <summary><c>Fleet:Telemetry:CloudWatch</c>.</summary>
public sealed record CloudWatchOptions
{
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromMinutes(1);

    /// <summary>Namespace of the metrics; also <c>CLOUDWATCH_NAMESPACE</c>.</summary>
    public required string Namespace { get; init; }

    /// <summary>
    /// Time between the lines of a process, 5 s to 1 h, by default 60 s, which is CloudWatch's own resolution: more
    /// often costs log volume and gains nothing.
    /// </summary>
    public TimeSpan Interval { get; init; } = DefaultInterval;

    /// <summary>
    /// Tags that become dimensions beside the service, by default <c>agent</c>; at most 5. Each one multiplies the
    /// number of metrics, which are paid for one by one: <c>agent,outcome</c> has a metric for each outcome of each
    /// agent.
    /// </summary>
    public IReadOnlyList<string> Dimensions { get; init; } = ["agent"];
}
