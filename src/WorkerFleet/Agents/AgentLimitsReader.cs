using System.Globalization;

namespace WorkerFleet.Agents;

/// <summary>Reads an agent's limits from its options.</summary>
internal static class AgentLimitsReader
{
    private const int MaxConcurrency = 10_000;
    private const int MaxLiveSessions = 1_000_000;
    private const double LeastRate = 0.01;
    private const double MaxRate = 100_000;

    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxIdleTime = TimeSpan.FromHours(8);
    private static readonly TimeSpan MaxGiveUpAfter = TimeSpan.FromDays(7);

    public static AgentLimits Of(AgentOptions options) => new()
    {
        Concurrency = options.Concurrency,
        CallsPerSecond = options.CallsPerSecond,
        NewSessionsPerSecond = options.NewSessionsPerSecond,
        LiveSessions = options.LiveSessions,
        SessionIdleTime = options.SessionIdleTime,
        // The session of an item that an agent has accepted is left to its task.
        StopsSessions = options is { StopSession: true, Async: false }
            && options.Type.Equals("agentcore", StringComparison.OrdinalIgnoreCase),
        GiveUpAfter = options.GiveUpAfter,
    };

    /// <summary>What is wrong with the limits, each naming its key.</summary>
    public static IEnumerable<string> Validate(string agent, AgentOptions options)
    {
        if (options.Concurrency is < 1 or > MaxConcurrency)
            yield return OutOfRange(nameof(options.Concurrency), options.Concurrency, 1, MaxConcurrency);
        if (options.CallsPerSecond is not (null or (>= LeastRate and <= MaxRate)))
            yield return OutOfRange(nameof(options.CallsPerSecond), options.CallsPerSecond, LeastRate, MaxRate);
        if (options.NewSessionsPerSecond is not (null or (>= LeastRate and <= MaxRate)))
            yield return OutOfRange(nameof(options.NewSessionsPerSecond), options.NewSessionsPerSecond, LeastRate, MaxRate);
        if (options.LiveSessions is < 1 or > MaxLiveSessions)
            yield return OutOfRange(nameof(options.LiveSessions), options.LiveSessions, 1, MaxLiveSessions);
        if (options.SessionIdleTime < LeastTime || options.SessionIdleTime > MaxIdleTime)
            yield return OutOfRange(nameof(options.SessionIdleTime), options.SessionIdleTime, LeastTime, MaxIdleTime);
        if (options.GiveUpAfter < LeastTime || options.GiveUpAfter > MaxGiveUpAfter)
            yield return OutOfRange(nameof(options.GiveUpAfter), options.GiveUpAfter, LeastTime, MaxGiveUpAfter);

        string OutOfRange(string property, object? value, object least, object most) => string.Create(
            CultureInfo.InvariantCulture,
            $"{AgentOptions.KeyOf(agent, property)}: {value} is out of range; it is {least} to {most}");
    }
}
