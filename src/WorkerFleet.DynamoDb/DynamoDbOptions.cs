using Amazon.DynamoDBv2;

namespace WorkerFleet.DynamoDb;

/// <summary>Where the cloud store's tables are, and how it writes to them.</summary>
public sealed record DynamoDbOptions
{
    /// <summary>Table of batches, slices, results, the schedule and all else but the journal. 3 to 255 of [a-zA-Z0-9_.-].</summary>
    public string RunsTable { get; init; } = "fleet-runs";

    /// <summary>Table of the journal, by itself so that agents can be granted it alone. 3 to 255 of [a-zA-Z0-9_.-].</summary>
    public string JournalTable { get; init; } = "fleet-journal";

    /// <summary>Such as <c>eu-central-1</c>; null: as the SDK's own chain says (AWS_REGION, the profile, the instance).</summary>
    public string? Region { get; init; }

    /// <summary>Address of something that speaks DynamoDB's protocol, such as DynamoDB Local; null for AWS's own.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>
    /// A client to use instead of one made from <see cref="Region"/> and <see cref="Endpoint"/>. The store repeats what
    /// fails itself, so it is best made without retries.
    /// </summary>
    public IAmazonDynamoDB? Client { get; init; }

    /// <summary>
    /// How long records are kept: a batch from its end, slices, results and events from when they were written. 365 days by
    /// default, 1 day or more. Of a batch that is not over, whatever its age, only events expire.
    /// </summary>
    public TimeSpan Retention
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromDays(1));
            field = value;
        }
    } = TimeSpan.FromDays(365);

    /// <summary>
    /// How long an outcome or an event waits for others to be written with. 0 to 1 s; 25 ms by default. Longer is cheaper
    /// where agents are slow, since each write then carries more rows, and no slower, since rows wait beside one another.
    /// </summary>
    public TimeSpan GatherTime
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromSeconds(1));
            field = value;
        }
    } = TimeSpan.FromMilliseconds(25);

    /// <summary>
    /// How often a process asks whether something of the schedule is due, when nothing was. 0 to 1 s; 1 s by default. Commands are
    /// seen within it, retries within three times as long. Each look costs 2 requests and 1 read unit.
    /// </summary>
    public TimeSpan ScheduleInterval
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromSeconds(1));
            field = value;
        }
    } = TimeSpan.FromSeconds(1);

    /// <summary>How long one request may take before it is repeated. 100 ms or more; 5 s by default.</summary>
    public TimeSpan RequestTimeout
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(100));
            field = value;
        }
    } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long what is throttled, or gets no answer, is repeated before it fails with
    /// <see cref="Storage.StoreFault.Unavailable"/>. 30 s by default; what fails in a fleet is delivered again.
    /// </summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromSeconds(30);
}
