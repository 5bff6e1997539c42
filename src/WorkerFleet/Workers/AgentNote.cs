namespace WorkerFleet.Workers;

/// <summary>How a worker stands to an agent; a later one is worse.</summary>
public enum AgentStanding
{
    /// <summary>Nothing keeps the worker from calling it.</summary>
    Ready,

    /// <summary>It is called more slowly than it could be, as it asks for.</summary>
    Throttled,

    /// <summary>It is not called for a while, since it refuses every call or cannot be reached.</summary>
    NotCalled,
}

/// <summary>
/// What a worker says of an agent that it does not call, or calls less: one line for people, with the agent's name
/// first. Who reads heartbeats finds out here what it means.
/// </summary>
public static class AgentNote
{
    private const string IsNotCalled = "is not called: ";

    public static string NotCalled(string agent, string why) => $"{About(agent)}{IsNotCalled}{why}";

    /// <param name="agent">Its name.</param>
    /// <param name="time">For how long, such as 3 s.</param>
    public static string Paused(string agent, string time) => $"{About(agent)}asked to be left alone for {time}";

    /// <param name="agent">Its name.</param>
    /// <param name="rate">What it gets, such as 12.5 calls/s.</param>
    public static string Throttles(string agent, string rate) => $"{About(agent)}throttles: {rate}";

    public static bool IsAbout(string note, string agent) => note.StartsWith(About(agent), StringComparison.Ordinal);

    /// <param name="note">One about the agent.</param>
    /// <param name="agent">Its name.</param>
    public static AgentStanding StandingOf(string note, string agent) =>
        note.StartsWith(About(agent) + IsNotCalled, StringComparison.Ordinal)
            ? AgentStanding.NotCalled
            : AgentStanding.Throttled;

    private static string About(string agent) => $"agent '{agent}' ";
}
