namespace WorkerFleet.AgentCore.DataPlane;

/// <summary>What agents of AgentCore take where their own options do not say it.</summary>
/// <param name="Region">Of those whose ARN does not name one; null when nothing is configured.</param>
/// <param name="Endpoint">Address of the data plane; null for AWS's own.</param>
public sealed record AgentCoreDefaults(string? Region = null, string? Endpoint = null)
{
    /// <summary>Configuration key of <see cref="Region"/>, which AWS_REGION sets too.</summary>
    public const string RegionKey = "Fleet:Aws:Region";

    /// <summary>
    /// Configuration key of <see cref="Endpoint"/>, which AWS_ENDPOINT_URL_BEDROCK_AGENTCORE and AWS_ENDPOINT_URL set too.
    /// </summary>
    public const string EndpointKey = "Fleet:Aws:AgentCore:Endpoint";
}
