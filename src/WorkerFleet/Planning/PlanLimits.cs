using WorkerFleet.Batches;
using WorkerFleet.Workers;

namespace WorkerFleet.Planning;

/// <summary>
/// Finds what a batch cannot be faster than, each limit by itself: its work ÷ what the limit lets through.
/// </summary>
internal static class PlanLimits
{
    /// <returns>The one that binds first.</returns>
    public static IReadOnlyList<PlanLimit> Of(PlanInput input)
    {
        var limits = new List<PlanLimit>();
        var (work, background, calls) = (TimeSpan.Zero, TimeSpan.Zero, 0.0);
        var longest = TimeSpan.Zero;
        foreach (var agent in input.Agents)
        {
            if (agent.Calls is not { } profile)
                continue;
            var counts = CallCounts.Of(agent.Rows, profile, input.Retry);
            var mean = MeanOf(profile, input);
            work += mean * counts.Attempts;
            background += (profile.Background ?? TimeSpan.Zero) * agent.Rows;
            calls += counts.Calls;
            if (mean > longest)
                longest = mean;
            limits.AddRange(OfAgent(agent, profile, counts, mean));
        }

        Add(PlanLimitKind.BatchConcurrency, input.Limits.Concurrency, work / input.Limits.Concurrency);
        if (input.Fleet.Slots is { } slots)
            Add(PlanLimitKind.Workers, slots, work / slots);
        if (background > TimeSpan.Zero && input.Limits.Waiting > 0)
            Add(PlanLimitKind.Waiting, input.Limits.Waiting, background / WindowOf(input.Limits));
        if (OwnRateOf(input.Fleet) is { } own)
            Add(PlanLimitKind.Fleet, own, TimeSpan.FromSeconds(calls / own));
        Add(PlanLimitKind.Rows, input.Rows, longest);
        return [.. limits.OrderByDescending(limit => limit.LeastTime)];

        void Add(PlanLimitKind kind, double value, TimeSpan least) => limits.Add(new(kind, null, value, least));
    }

    /// <summary>Rows that are dispatched and not settled, about: the window of the dispatcher counts in slices.</summary>
    public static long WindowOf(LimitsSpec limits) => (long)DispatchWindow.SlicesOf(limits) * limits.SliceSize;

    /// <summary>Rows a second that the fleet itself can do; null where nobody has measured it.</summary>
    public static double? OwnRateOf(FleetShape fleet) => fleet switch
    {
        { Transport: PlanTransport.Embedded } => Measured.EmbeddedRowsPerSecond,
        { Transport: PlanTransport.RabbitMq, Store: PlanStore.Sqlite } => Measured.RabbitMqRowsPerSecond,
        _ => null,
    };

    /// <summary>Of a call that runs; none takes longer than an attempt may.</summary>
    public static TimeSpan MeanOf(CallProfile calls, PlanInput input) =>
        calls.Latency.Mean < input.Limits.AttemptTimeout ? calls.Latency.Mean : input.Limits.AttemptTimeout;

    private static IEnumerable<PlanLimit> OfAgent(
        AgentLoad agent, CallProfile profile, CallCounts counts, TimeSpan mean)
    {
        var limits = agent.Limits;
        if (limits.Concurrency is { } concurrency)
            yield return New(PlanLimitKind.AgentConcurrency, concurrency, mean * counts.Attempts / concurrency);
        if (limits.CallsPerSecond is { } rate)
            yield return New(
                PlanLimitKind.CallsPerSecond, rate, At(counts.Calls, limits.StopsSessions ? rate / 2 : rate));
        if (limits.NewSessionsPerSecond is { } begun)
            yield return New(PlanLimitKind.NewSessionsPerSecond, begun, At(counts.Calls, begun));
        if (limits.LiveSessions is { } live)
            yield return New(PlanLimitKind.LiveSessions, live, limits.StopsSessions
                ? mean * counts.Attempts / live
                // A place is free again when its session was idle for long enough; the last ones need not wait for
                // that.
                : (mean + limits.SessionIdleTime) * Math.Floor(Math.Max(0, counts.Attempts - 1) / live));

        PlanLimit New(PlanLimitKind kind, double value, TimeSpan least) => new(kind, agent.Name, value, least);

        static TimeSpan At(double calls, double perSecond) =>
            TimeSpan.FromSeconds(calls / (perSecond * AgentFlow.Headroom));
    }
}
