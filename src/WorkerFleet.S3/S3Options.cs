namespace WorkerFleet.S3;

/// <summary>Where S3 is. Credentials come by the SDK's own chain: environment, profile, container or instance role.</summary>
public sealed record S3Options
{
    /// <summary>Such as <c>eu-central-1</c>; null: as the SDK's own chain says (AWS_REGION, the profile, the instance).</summary>
    public string? Region { get; init; }

    /// <summary>
    /// Address of something that speaks S3's protocol, such as <c>http://localhost:4566</c>; null for AWS's own. Buckets are
    /// then part of the path, since such an address seldom has a host name for each.
    /// </summary>
    public Uri? Endpoint { get; init; }
}
