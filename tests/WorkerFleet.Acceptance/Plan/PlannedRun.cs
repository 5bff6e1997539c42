namespace WorkerFleet.Acceptance.Plan;

/// <param name="Scenario">Name of source, agent and data folder.</param>
/// <param name="Concurrency">Of the batch.</param>
/// <param name="Limit">What binds.</param>
public sealed record PlannedRun(string Scenario, int Concurrency, string Limit)
{
    public double PlannedMs { get; init; }

    public double PlannedCalls { get; init; }

    public string PlannedLimit { get; init; } = "";

    public double ActualMs { get; init; }

    public double Attempts { get; init; }
}
