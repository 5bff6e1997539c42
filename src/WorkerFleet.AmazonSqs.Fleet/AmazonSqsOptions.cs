namespace WorkerFleet.AmazonSqs.Fleet;

/// <summary>Where Amazon SQS is, and how the fleet's queues are there.</summary>
public sealed record AmazonSqsOptions
{
    public const string DefaultPrefix = "fleet-";

    /// <summary>Such as <c>eu-central-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>Of an emulator or a VPC endpoint; null for AWS's own.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Before the name of every queue, so that several fleets can share an account.</summary>
    public string Prefix { get; init; } = DefaultPrefix;

    /// <summary>Whether a process of the fleet makes queues that are missing; else <c>fleet provision</c> has made them.</summary>
    public bool Declare { get; init; } = true;

    /// <summary>The KMS key that new queues are encrypted with; null for SQS's own keys, which cost nothing.</summary>
    public string? KmsKey { get; init; }

    /// <summary>Of new queues, beside <c>application</c>.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// How long a message is invisible to others, extended while a process holds it: how long it takes until what a dead
    /// process held is delivered again. 10 s to 12 h. Shorter: sooner, and more requests.
    /// </summary>
    public TimeSpan VisibilityTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>For people.</summary>
    public string Display =>
        $"Amazon SQS in {Region}{(Endpoint is null ? "" : $" at {Endpoint.GetLeftPart(UriPartial.Authority)}")}, queues {Prefix}*";
}
