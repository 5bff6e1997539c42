namespace WorkerFleet.Agents;

/// <summary>One configured agent: <c>Fleet:Agents:{name}</c>.</summary>
public sealed class AgentOptions
{
    /// <summary>Configuration section that holds the agents by name.</summary>
    public const string Section = "Fleet:Agents";

    /// <summary>
    /// <c>echo</c>, <c>simulated</c>, <c>http</c> or <c>agentcore</c>. By default the agent's own name, where that is one of
    /// them.
    /// </summary>
    public string Type { get; set; } = "";

    /// <summary>
    /// <c>http</c>: base address, http or https; <c>/invocations</c> and <c>/ping</c> are below it. A query is kept;
    /// credentials belong into <see cref="Headers"/>.
    /// </summary>
    public string? Url { get; set; }

    /// <summary>
    /// <c>http</c>: extra request headers, such as Authorization. <c>agentcore</c>: those that the runtime lets through to the
    /// agent, <c>X-Amzn-Bedrock-AgentCore-Runtime-Custom-…</c> and whatever else it allows.
    /// </summary>
    public Dictionary<string, string> Headers { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Whether to see that the agent can be called before a batch is dispatched. <c>http</c>: asks it for its health.
    /// <c>agentcore</c>: finds credentials, and invokes it where there is a <see cref="ProbeInput"/>. Default true.
    /// </summary>
    public bool Probe { get; set; } = true;

    /// <summary>
    /// <c>http</c>, <c>agentcore</c>: largest answer, in bytes, 1 to 100 MiB. Default 10 MiB; AgentCore itself allows 100 MB. Each
    /// invocation under way may hold that much in memory.
    /// </summary>
    public int MaxOutputBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>
    /// <c>http</c>, <c>agentcore</c>: whether a streamed answer (text/event-stream) counts only once an event <c>done</c> has arrived.
    /// Default false: neither of AWS's own runtimes sends one.
    /// </summary>
    public bool RequireDoneEvent { get; set; }

    /// <summary>
    /// Invocations at the same time, over all batches, 1 to 10,000; null for no limit of the agent's own.
    /// </summary>
    public int? Concurrency { get; set; }

    /// <summary>
    /// Calls a second that the agent's quota allows, over all batches and workers, 0.01 to 100,000; null for no limit, and
    /// then one is found by what it throttles. Calls are spread evenly, at 98 % of it. Stopping a session is a call too.
    /// </summary>
    public double? CallsPerSecond { get; set; }

    /// <summary>
    /// Sessions a second that may be begun, 0.01 to 100,000; null for no limit. Each attempt of a row begins one. AgentCore
    /// allows 25 in an account.
    /// </summary>
    public double? NewSessionsPerSecond { get; set; }

    /// <summary>
    /// Sessions at the same time, 1 to 1,000,000; null for no limit. One counts from its call until
    /// <see cref="SessionIdleTime"/> after it, or until it is stopped. AgentCore allows 2,500 or 5,000 in an account.
    /// </summary>
    public int? LiveSessions { get; set; }

    /// <summary>
    /// When the platform ends a session that nobody calls any more, 1 second to 8 hours; should be what the runtime is
    /// configured for. Default 15 minutes, AgentCore's own. Counts where <see cref="LiveSessions"/> is given.
    /// </summary>
    public TimeSpan SessionIdleTime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How long items wait, without using up attempts, for an agent that refuses every call, cannot be reached, or
    /// throttles; then they fail with the cause. 1 second to 7 days. Null: 1 hour; and 30 seconds in a process that runs
    /// a batch by itself, as long as the agent has never answered there.
    /// </summary>
    public TimeSpan? GiveUpAfter { get; set; }

    /// <summary>
    /// Whether the agent works in the background: its answer only accepts the item, and what became of it is told later. Default
    /// false.
    /// </summary>
    public bool Async { get; set; }

    /// <summary>
    /// With <see cref="Async"/>: how long an accepted item is waited for, 1 s to 24 h. Default 1 h; AgentCore ends a session after 8 h.
    /// </summary>
    public TimeSpan CompleteWithin { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// <c>agentcore</c>: the runtime's ARN, or its bare id, with <see cref="AccountId"/> and <see cref="Region"/> then.
    /// </summary>
    public string? Arn { get; set; }

    /// <summary><c>agentcore</c>: 12 digits; of the runtime whose bare id is in <see cref="Arn"/>.</summary>
    public string? AccountId { get; set; }

    /// <summary>
    /// <c>agentcore</c>: such as <c>eu-central-1</c>. Default: that of the ARN, else Fleet:Aws:Region (AWS_REGION).
    /// </summary>
    public string? Region { get; set; }

    /// <summary><c>agentcore</c>: name of the runtime's endpoint. Default: none, which AWS takes for DEFAULT.</summary>
    public string? Qualifier { get; set; }

    /// <summary>
    /// <c>agentcore</c>: address of the data plane, such as that of a VPC endpoint. Default: Fleet:Aws:AgentCore:Endpoint
    /// (AWS_ENDPOINT_URL_BEDROCK_AGENTCORE), else AWS's own of the region.
    /// </summary>
    public string? Endpoint { get; set; }

    /// <summary><c>agentcore</c>: whether to call AWS's FIPS address of the region. Default false.</summary>
    public bool Fips { get; set; }

    /// <summary>
    /// <c>agentcore</c>: user on whose behalf the agent is called, 1 to 1,024 characters of ASCII. Needs the right
    /// bedrock-agentcore:InvokeAgentRuntimeForUser.
    /// </summary>
    public string? UserId { get; set; }

    /// <summary>
    /// <c>agentcore</c>: whether to stop the session of a row as soon as its attempt has ended, instead of paying for it, and
    /// counting it as live, until it was idle for long enough. An attempt takes as long as the stop then, 5 s more at most.
    /// The session of an item that an <see cref="Async"/> agent has accepted is left to its task. Default true.
    /// </summary>
    public bool StopSession { get; set; } = true;

    /// <summary>
    /// <c>agentcore</c>: JSON that is cheap to answer, to invoke the agent with before a batch is dispatched. Default: none.
    /// </summary>
    public string? ProbeInput { get; set; }

    /// <summary><c>agentcore</c>: how calls are authorized. Default: signed with AWS credentials.</summary>
    public AgentAuthOptions Auth { get; set; } = new();

    /// <summary>What calls cost.</summary>
    public AgentPrice Price { get; set; } = new();

    /// <summary>Where answers tell what calls used. Default: the usual places.</summary>
    public AgentUsagePointers Usage { get; set; } = new();

    /// <summary><c>simulated</c>: its behaviour.</summary>
    public SimulatedAgentOptions Simulated { get; set; } = new();

    /// <summary>The configuration key of a property of an agent, for messages.</summary>
    public static string KeyOf(string agentName, string property) => $"{Section}:{agentName}:{property}";
}
