namespace WorkerFleet.Agents;

/// <summary>
/// How the simulated agent behaves. Whether a call fails, and how long it takes, is drawn from the seed, the row
/// and the attempt alone, so that the same batch behaves the same way in every run.
/// </summary>
public sealed class SimulatedAgentOptions
{
    public int Seed { get; set; } = 1;

    /// <summary>Median of the latency, which is log-normal; 0 to 1 hour. Default 100 ms.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Spread (sigma of the logarithm), 0 to 3; 0 makes every call take exactly the median. Default 0. No call takes
    /// longer than <see cref="MaxLatency"/>.
    /// </summary>
    public double LatencySpread { get; set; }

    /// <summary>
    /// Share of attempts, 0 to 1, that are told to slow down; the sum of the attempts' rates is at most 1.
    /// </summary>
    public double ThrottledRate { get; set; }

    /// <summary>Share of attempts that end in a failure of the platform.</summary>
    public double UnavailableRate { get; set; }

    /// <summary>Share of attempts that never answer, until the attempt's time limit ends them.</summary>
    public double HangRate { get; set; }

    /// <summary>Share of attempts that end in a failure of the agent's own, which may be tried again.</summary>
    public double AgentErrorRate { get; set; }

    /// <summary>
    /// Share of rows (not attempts), 0 to 1, that fail permanently; the other rates concern the other rows.
    /// </summary>
    public double InvalidInputRate { get; set; }

    /// <summary>
    /// Tokens that a call that has run says it has read, 0 to 1,000,000: each between half of that and one and a half times that,
    /// and 0 for none. Default 0.
    /// </summary>
    public int InputTokens { get; set; }

    /// <summary>The same of tokens written.</summary>
    public int OutputTokens { get; set; }

    /// <summary>What a call that has run says it has cost in US dollars, 0 to 1,000; 0: it does not say. Default 0.</summary>
    public decimal CostUsd { get; set; }

    /// <summary>Longest simulated call.</summary>
    public static TimeSpan MaxLatency { get; } = TimeSpan.FromHours(1);
}
