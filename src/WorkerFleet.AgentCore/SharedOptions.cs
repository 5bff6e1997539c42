using WorkerFleet.Agents;

namespace WorkerFleet.AgentCore;

/// <summary>Checks the options that all agents over HTTP have.</summary>
internal static class SharedOptions
{
    private const int MinOutputBytes = 1;
    private const int MaxOutputBytes = 100 * 1024 * 1024;

    /// <summary>Headers that each request gets from the fleet.</summary>
    private static readonly HashSet<string> Ours = new(StringComparer.OrdinalIgnoreCase)
    {
        "Accept", "Connection", "Content-Length", "Content-Type", "Transfer-Encoding", TraceHeaders.Parent,
        TraceHeaders.State, TraceHeaders.Amazon, AgentHeaders.SessionId, AgentHeaders.CallbackUrl, AgentHeaders.CallbackToken,
    };

    /// <returns>Each problem with its key.</returns>
    public static IEnumerable<string> Validate(string agentName, AgentOptions options)
    {
        if (options.MaxOutputBytes is < MinOutputBytes or > MaxOutputBytes)
            yield return $"{AgentOptions.KeyOf(agentName, nameof(options.MaxOutputBytes))}: {options.MaxOutputBytes} " +
                $"is out of range; it is {MinOutputBytes} to {MaxOutputBytes}";
        foreach (var (header, value) in options.Headers)
            if (ProblemOf(header, value) is { } problem)
                yield return $"{AgentOptions.KeyOf(agentName, nameof(options.Headers))}:{header}: {problem}";
    }

    private static string? ProblemOf(string header, string value)
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
