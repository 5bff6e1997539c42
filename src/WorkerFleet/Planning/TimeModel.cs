using WorkerFleet.Agents;

namespace WorkerFleet.Planning;

/// <summary>
/// Estimates the time of a batch by running it on paper several times. Of a long one only the beginning and the end
/// are simulated; what lies between goes on at the rate of the middle.
/// </summary>
internal static class TimeModel
{
    /// <summary>
    /// Rows that are simulated at most: enough waves of any concurrency, and done in a fraction of a second.
    /// </summary>
    public const int MostRows = 20_000;

    private const int Runs = 5;

    /// <returns>Null when nothing is known of some agent's calls.</returns>
    public static TimeEstimate? Estimate(PlanInput input)
    {
        if (input.Agents.Any(agent => agent.Calls is null))
            return null;
        var times = Enumerable.Range(1, Runs).Select(seed => Run(input, seed, 0)).ToList();
        // The same draws with other means; what is drawn makes the rest of the range.
        var low = Enumerable.Range(1, Runs).Min(seed => Run(input, seed, -1));
        var high = Enumerable.Range(1, Runs).Max(seed => Run(input, seed, 1));
        return new(TimeSpan.FromTicks((long)times.Average(time => time.Ticks)), low, high);
    }

    /// <param name="input">The batch.</param>
    /// <param name="seed">Of the draws.</param>
    /// <param name="side">-1 to 1: where in the uncertainty of the sample the means are.</param>
    private static TimeSpan Run(PlanInput input, int seed, int side)
    {
        var fixedTime = Measured.Start + Measured.End;
        if (input.Rows == 0)
            return fixedTime;
        var slots = Math.Min(input.Limits.Concurrency, input.Fleet.Slots ?? long.MaxValue);
        var agents = input.Agents
            .Select(agent => (agent.Rows, agent.Limits, Calls: agent.Calls!.Shift(side)))
            .Where(agent => agent.Rows > 0)
            .ToList();
        // Together in the places of the batch; and each by itself, inside its own limits. The slowest of these decides.
        var longest = agents.Count == 1 ? TimeSpan.Zero : TimeOf(
            input, seed, input.Rows, slots, new(),
            [.. agents.Select(agent => ((double)agent.Rows / input.Rows, agent.Calls))]);
        foreach (var (rows, limits, calls) in agents)
        {
            var time = TimeOf(
                input, seed, rows, Math.Min(slots, limits.Concurrency ?? int.MaxValue), limits, [(1, calls)]);
            if (time > longest)
                longest = time;
        }

        return longest + fixedTime;
    }

    private static TimeSpan TimeOf(
        PlanInput input, int seed, long rows, long slots, AgentLimits limits,
        IReadOnlyList<(double, CallProfile)> agents)
    {
        var run = new SimulatedRun(
            (int)Math.Min(rows, MostRows), (int)slots, PlanLimits.WindowOf(input.Limits),
            agents, limits, PlanLimits.OwnRateOf(input.Fleet), input.Retry, input.Limits.AttemptTimeout,
            input.Fleet.Store == PlanStore.DynamoDb ? Measured.CloudSweep : Measured.Sweep);
        var (end, rate) = RunSimulation.Run(run, seed);
        return rows <= MostRows ? end : end + TimeSpan.FromSeconds((rows - MostRows) / rate);
    }
}
