namespace WorkerFleet.Planning;

/// <summary>How many workers a batch can keep busy.</summary>
/// <param name="Useful">With more, the batch is no faster: something else binds.</param>
/// <param name="Slots">Calls at the same time that the batch can use.</param>
public sealed record WorkersWanted(int Useful, double Slots)
{
    /// <summary>What a limit of calls a second needs beside its mean, since calls differ in length.</summary>
    private const double Margin = 1.1;

    /// <returns>Null when nothing is known of some agent's calls, or there are no workers.</returns>
    public static WorkersWanted? Of(PlanInput input)
    {
        if (input.Fleet.Transport == PlanTransport.Embedded || input.Agents.Count == 0
            || input.Agents.Any(agent => agent.Calls is null))
            return null;
        // The least time of all but the workers, and what of each agent's work falls into it.
        var others = PlanLimits.Of(input with { Fleet = input.Fleet with { Workers = null } });
        var least = others[0].LeastTime;
        var slots = (double)Math.Min(input.Limits.Concurrency, input.Rows);
        var busy = input.Agents.Sum(agent => (PlanLimits.MeanOf(agent.Calls!, input)
            * CallCounts.Of(agent.Rows, agent.Calls!, input.Retry).Attempts).TotalSeconds);
        // By Little's law: calls under way = their rate × their length.
        if (least > TimeSpan.Zero)
            slots = Math.Min(slots, Math.Max(1, busy / least.TotalSeconds * Margin));
        return new((int)Math.Ceiling(slots / input.Fleet.WorkerConcurrency), slots);
    }
}
