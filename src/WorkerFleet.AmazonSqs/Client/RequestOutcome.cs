namespace WorkerFleet.AmazonSqs.Client;

/// <summary>How one try of a request ended, as the metric names it.</summary>
internal enum RequestOutcome
{
    Ok,

    Error,

    Throttled,

    /// <summary>The caller no longer wanted the answer, as at shutdown.</summary>
    Cancelled,
}
