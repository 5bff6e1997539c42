namespace WorkerFleet.AgentCore.LocalAgent;

/// <summary>What the local agent does with an invocation.</summary>
public enum LocalAgentBehaviour
{
    /// <summary>Answers with the input: <c>{"echo":…}</c>.</summary>
    Echo,

    /// <summary>Echoes after a while.</summary>
    Slow,

    /// <summary>Fails a share of the invocations with 429, 500 or 503, and echoes the others.</summary>
    Flaky,

    /// <summary>Fails every invocation with 500.</summary>
    Failing,

    /// <summary>Echoes as server-sent events.</summary>
    Streaming,

    /// <summary>Accepts at once, and echoes to the callback address that it was given, after a while.</summary>
    Async,
}

/// <summary>How the local agent is served.</summary>
public sealed record LocalAgentOptions
{
    public LocalAgentBehaviour Behaviour { get; init; } = LocalAgentBehaviour.Echo;

    /// <summary>TCP port on 127.0.0.1, 0 to 65535; 0 takes any that is free. Default 8080, AgentCore's.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>
    /// How long an invocation takes, 0 to 1 hour; streaming spreads it over the chunks. Null: 1 s when slow, else
    /// nothing.
    /// </summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>Flaky: share of the invocations that fail, 0 to 1. Default 0.3.</summary>
    public double FailureRate { get; init; } = 0.3;

    /// <summary>Flaky: together with session and number of the try it decides which invocations fail.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Streaming: events before the last one, 0 to 10,000. Default 5.</summary>
    public int Chunks { get; init; } = 5;

    /// <summary>
    /// Whether answers tell in <c>usage</c> how many tokens a model would have read and written: one for each four bytes of input
    /// and echo.
    /// </summary>
    public bool Usage { get; init; }

    /// <summary>What is wrong with the options, each naming its property; empty when they are good.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new List<string>();
        if (!Enum.IsDefined(Behaviour))
            problems.Add($"{nameof(Behaviour)}: {Behaviour} is none");
        if (Port is < 0 or > 65535)
            problems.Add($"{nameof(Port)}: {Port} is out of range; it is 0 (any free one) to 65535");
        if (Latency < TimeSpan.Zero || Latency > TimeSpan.FromHours(1))
            problems.Add($"{nameof(Latency)}: {Latency} is out of range; it is 0 to 1 hour");
        if (FailureRate is not (>= 0 and <= 1))
            problems.Add($"{nameof(FailureRate)}: {FailureRate} is out of range; it is a share, 0 to 1");
        if (Chunks is < 0 or > 10_000)
            problems.Add($"{nameof(Chunks)}: {Chunks} is out of range; it is 0 to 10000");
        return problems;
    }
}
