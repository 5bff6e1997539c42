using WorkerFleet.Agents;

namespace WorkerFleet.AgentCore;

/// <summary><c>http</c>: an agent behind the AgentCore container contract at any URL.</summary>
public sealed class HttpAgentType(TimeProvider time) : IAgentType
{
    public string Name => "http";

    public IEnumerable<string> Validate(string agentName, AgentOptions options)
    {
        if (WhatIsWrongWithUrl(options.Url) is { } problem)
            yield return $"{AgentOptions.KeyOf(agentName, nameof(options.Url))}: {problem}";
        foreach (var other in SharedOptions.Validate(agentName, options))
            yield return other;
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
}
