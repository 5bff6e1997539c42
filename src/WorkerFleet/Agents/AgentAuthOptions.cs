namespace WorkerFleet.Agents;

/// <summary>
/// How calls of an agent are authorized: signed with AWS credentials, unless one of <see cref="Token"/>,
/// <see cref="TokenFile"/> and <see cref="TokenUrl"/> is given, which an OAuth bearer token comes from.
/// </summary>
public sealed class AgentAuthOptions
{
    /// <summary>
    /// Profile of the shared AWS files. Default: the SDK's own chain: environment, web identity, profile (AWS_PROFILE),
    /// container, instance.
    /// </summary>
    public string? Profile { get; set; }

    /// <summary>The bearer token itself, without the word Bearer.</summary>
    public string? Token { get; set; }

    /// <summary>File that holds the bearer token, at most 64 KiB. Read again every 10 s, and when the token is refused.</summary>
    public string? TokenFile { get; set; }

    /// <summary>
    /// Where an OAuth client-credentials grant (RFC 6749, 4.4) gets a token: https, or http to this machine. A new one is got
    /// before the old one expires, and when it is refused.
    /// </summary>
    public string? TokenUrl { get; set; }

    /// <summary>Of the grant.</summary>
    public string? ClientId { get; set; }

    /// <summary>Of the grant.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>Of the grant: the scopes to ask for, separated by spaces. Default: none.</summary>
    public string? Scope { get; set; }
}
