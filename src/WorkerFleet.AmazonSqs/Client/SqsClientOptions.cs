namespace WorkerFleet.AmazonSqs.Client;

/// <summary>Where SQS is, and how long and how often it is asked.</summary>
public sealed record SqsClientOptions
{
    /// <summary>
    /// Such as <c>eu-central-1</c>; null: as the SDK's own chain says (AWS_REGION, the profile, the instance).
    /// </summary>
    public string? Region { get; init; }

    /// <summary>
    /// Address of something that speaks SQS's protocol, such as an emulator or a VPC endpoint; null: what
    /// AWS_ENDPOINT_URL_SQS or AWS_ENDPOINT_URL name, else AWS's own of the region.
    /// </summary>
    public Uri? ServiceUrl { get; init; }

    /// <summary>
    /// Tries of a request in all, while it is throttled or gets no proper answer. 1 to 20; 5 by default.
    /// </summary>
    public int MaxAttempts
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 20);
            field = value;
        }
    } = 5;

    /// <summary>
    /// How long one try may take until its answer is there whole; a receive may take its own wait time longer. 100 ms
    /// or more; 10 s by default, which is enough for 1 MiB on a slow line.
    /// </summary>
    public TimeSpan RequestTimeout
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(100));
            field = value;
        }
    } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a connection may take to be made. 3 s by default; it counts into <see cref="RequestTimeout"/>.
    /// </summary>
    public TimeSpan ConnectTimeout
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Longest pause before the second try; each one after may pause twice as long, up to <see cref="MaxRetryDelay"/>.
    /// The pause itself is anything from nothing to that, so that clients that were throttled together do not come back
    /// together. 200 ms by default.
    /// </summary>
    public TimeSpan RetryDelay
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromMilliseconds(200);

    /// <summary>5 s by default.</summary>
    public TimeSpan MaxRetryDelay
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromSeconds(5);
}
