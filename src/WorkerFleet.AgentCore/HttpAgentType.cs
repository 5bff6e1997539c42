using WorkerFleet.Agents;

namespace WorkerFleet.AgentCore;

/// <summary><c>http</c>: an agent behind the AgentCore container contract at any URL.</summary>
public sealed class HttpAgentType(TimeProvider time) : IAgentType
{
    private const int MinOutputBytes = 1;
    private const int MaxOutputBytes = 100 * 1024 * 1024;

    /// <summary>Headers that each request gets from the fleet.</summary>
    private static readonly HashSet<string> Ours = new(StringComparer.OrdinalIgnoreCase)
    {
        "Accept", "Connection", "Content-Length", "Content-Type", "Transfer-Encoding", "traceparent", "tracestate",
        AgentHeaders.SessionId,
    };

    public string Name => "http";

    public IEnumerable<string> Validate(string agentName, AgentOptions options)
    {
        if (WhatIsWrongWithUrl(options.Url) is { } problem)
            yield return $"{AgentOptions.KeyOf(agentName, nameof(options.Url))}: {problem}";
        if (options.MaxOutputBytes is < MinOutputBytes or > MaxOutputBytes)
            yield return $"{AgentOptions.KeyOf(agentName, nameof(options.MaxOutputBytes))}: {options.MaxOutputBytes} " +
                $"is out of range; it is {MinOutputBytes} to {MaxOutputBytes}";
        foreach (var (header, value) in options.Headers)
            if (WhatIsWrongWithHeader(header, value) is { } headerProblem)
                yield return $"{AgentOptions.KeyOf(agentName, nameof(options.Headers))}:{header}: {headerProblem}";
    }

    public IAgent Create(string agentName, AgentOptions options) => new HttpAgent(agentName, options, time);

    private static string? WhatIsWrongWithUrl(string? url)
    {
        const string example = "the agent's base address, such as http://127.0.0.1:8080";
        if (string.IsNullOrWhiteSpace(url))
            return $"is missing; it is {example}";
        // Shown only where it cannot hold credentials.
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            return $"is no http or https address; it is {example}";
        if (uri.UserInfo.Length > 0)
            return "holds credentials; put them into a header, such as Headers:Authorization";
        if (uri.Fragment.Length > 0)
            return $"has a fragment (#); it is {example}";
        if (uri.AbsolutePath.TrimEnd('/').EndsWith("/invocations", StringComparison.Ordinal))
            return "ends in /invocations; leave that out, it is added";
        return null;
    }

    private static string? WhatIsWrongWithHeader(string header, string value)
    {
        if (Ours.Contains(header))
            return "is set by the fleet itself; leave it out";
        if (value.Any(character => character is < ' ' or > '~'))
            return "has a character that headers cannot hold, such as a line break";
        using var request = new HttpRequestMessage();
        try
        {
            return request.Headers.TryAddWithoutValidation(header, value) ? null : "is no name of a request header";
        }
        catch (FormatException)
        {
            return "is no name of a request header";
        }
    }
}
