namespace WorkerFleet.Agents;

/// <summary>One configured agent: <c>Fleet:Agents:{name}</c>.</summary>
public sealed class AgentOptions
{
    /// <summary><c>echo</c>, <c>simulated</c> or <c>http</c>.</summary>
    public string Type { get; set; } = "";

    /// <summary><c>http</c>: base address; <c>/invocations</c> and <c>/ping</c> are below it.</summary>
    public string? Url { get; set; }

    /// <summary><c>http</c>: extra request headers, such as Authorization.</summary>
    public Dictionary<string, string> Headers { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary><c>http</c>: whether to ask for health before a batch is dispatched. Default true.</summary>
    public bool Probe { get; set; } = true;

    /// <summary><c>http</c>: largest answer, in bytes. Default 10 MiB; AgentCore itself allows 100 MB.</summary>
    public int MaxOutputBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>Invocations at the same time, over all batches, 1 to 10,000; null for no limit of the agent's own.</summary>
    public int? Concurrency { get; set; }

    /// <summary><c>simulated</c>: its behaviour.</summary>
    public SimulatedAgentOptions Simulated { get; set; } = new();
}

/// <summary>
/// How the simulated agent behaves. Whether a call fails, and how long it takes, is drawn from the seed, the row and the
/// attempt alone, so that the same batch behaves the same way in every run.
/// </summary>
public sealed class SimulatedAgentOptions
{
    public int Seed { get; set; } = 1;

    /// <summary>Median of the latency, which is log-normal. Default 100 ms.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Spread (sigma of the logarithm); 0 makes every call take exactly the median. Default 0.</summary>
    public double LatencySpread { get; set; }

    /// <summary>Share of attempts, 0 to 1, that fail in each way; the sum is at most 1.</summary>
    public double ThrottledRate { get; set; }

    public double UnavailableRate { get; set; }

    /// <summary>Share of attempts that never answer, until the attempt's time limit ends them.</summary>
    public double HangRate { get; set; }

    /// <summary>Share of rows (not attempts) that fail permanently.</summary>
    public double InvalidInputRate { get; set; }

    /// <summary>Share of attempts that end in a failure of the agent's own, which may be tried again.</summary>
    public double AgentErrorRate { get; set; }
}
