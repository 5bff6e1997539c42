namespace WorkerFleet.Agents;

/// <summary>One configured agent: <c>Fleet:Agents:{name}</c>.</summary>
public sealed class AgentOptions
{
    /// <summary>Configuration section that holds the agents by name.</summary>
    public const string Section = "Fleet:Agents";

    /// <summary>
    /// <c>echo</c>, <c>simulated</c> or <c>http</c>. By default the agent's own name, where that is one of them.
    /// </summary>
    public string Type { get; set; } = "";

    /// <summary>
    /// <c>http</c>: base address, http or https; <c>/invocations</c> and <c>/ping</c> are below it. A query is kept;
    /// credentials belong into <see cref="Headers"/>.
    /// </summary>
    public string? Url { get; set; }

    /// <summary><c>http</c>: extra request headers, such as Authorization.</summary>
    public Dictionary<string, string> Headers { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary><c>http</c>: whether to ask for health before a batch is dispatched. Default true.</summary>
    public bool Probe { get; set; } = true;

    /// <summary>
    /// <c>http</c>: largest answer, in bytes, 1 to 100 MiB. Default 10 MiB; AgentCore itself allows 100 MB. Each
    /// invocation under way may hold that much in memory.
    /// </summary>
    public int MaxOutputBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>
    /// <c>http</c>: whether a streamed answer (text/event-stream) counts only once an event <c>done</c> has arrived.
    /// Default false: neither of AWS's own runtimes sends one.
    /// </summary>
    public bool RequireDoneEvent { get; set; }

    /// <summary>
    /// Invocations at the same time, over all batches, 1 to 10,000; null for no limit of the agent's own.
    /// </summary>
    public int? Concurrency { get; set; }

    /// <summary>
    /// Whether the agent works in the background: its answer only accepts the item, and what became of it is told later. Default
    /// false.
    /// </summary>
    public bool Async { get; set; }

    /// <summary>
    /// With <see cref="Async"/>: how long an accepted item is waited for, 1 s to 24 h. Default 1 h; AgentCore ends a session after 8 h.
    /// </summary>
    public TimeSpan CompleteWithin { get; set; } = TimeSpan.FromHours(1);

    /// <summary><c>simulated</c>: its behaviour.</summary>
    public SimulatedAgentOptions Simulated { get; set; } = new();

    /// <summary>The configuration key of a property of an agent, for messages.</summary>
    public static string KeyOf(string agentName, string property) => $"{Section}:{agentName}:{property}";
}
