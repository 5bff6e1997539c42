namespace WorkerFleet.Scaling;

/// <summary>
/// How many workers should run: as many as finish what waits in an acceptable time, and no more than agents and
/// batches can keep busy. Drawn up in docs/telemetry.md.
/// </summary>
public static class ScaleRule
{
    /// <summary>
    /// No scaler is asked for more: a limit for what is worked out from numbers that nobody has checked.
    /// </summary>
    public const int MaxWorkers = 100_000;

    public static ScaleReading Of(ScaleInput input, TimeSpan acceptable)
    {
        var useful = UsefulOf(input);
        return new(
            input.Backlog, input.Workers, (double)input.Backlog / Math.Max(input.Workers, 1), useful,
            WantedOf(input, useful, acceptable), EtaOf(input));
    }

    /// <summary>
    /// Calls at the same time that an agent can be kept busy with; null when there is no limit that says it.
    /// </summary>
    public static double? CallsOf(AgentFeed agent)
    {
        var (limits, seconds) = (agent.Limits, agent.CallDuration?.TotalSeconds);
        // By Little's law: what begins in a second, for as long as it takes.
        var byRate = limits.StartsPerSecond * seconds;
        // A session that is not stopped holds its place while nobody calls it.
        var bySessions = limits.StopsSessions
            ? limits.LiveSessions
            : limits.LiveSessions * (seconds / (seconds + limits.SessionIdleTime.TotalSeconds) ?? 1);
        return new[] { limits.Concurrency, byRate, bySessions }.Min();
    }

    private static int? UsefulOf(ScaleInput input)
    {
        if (input.Agents.Count == 0)
            return null;
        var calls = 0.0;
        foreach (var agent in input.Agents)
        {
            // Beside an agent without limits, no number of workers is too large.
            if (CallsOf(agent) is not { } most)
                return null;
            calls += most;
        }

        return Workers(calls / input.WorkerConcurrency);
    }

    private static int WantedOf(ScaleInput input, int? useful, TimeSpan acceptable)
    {
        if (input.Backlog == 0)
            return 0;
        // Until a rate is known one worker is enough to find it out; those that run are left to it.
        var wanted = RateOfOne(input) is { } rate
            // However long a call takes, a worker begins so many at once: more workers would have less than that.
            ? Workers(input.Backlog / Math.Max(rate * acceptable.TotalSeconds, input.WorkerConcurrency))
            : Math.Max(input.Workers, 1);
        return Math.Min(
            Math.Min(wanted, useful ?? MaxWorkers),
            Workers((double)input.BatchConcurrency / input.WorkerConcurrency));
    }

    /// <returns>Items that one worker settles in a second; null while that is not known.</returns>
    private static double? RateOfOne(ScaleInput input)
    {
        double? measured = input is { Workers: > 0, ItemsPerSecond: > 0 } ? input.ItemsPerSecond / input.Workers : null;
        var possible = input.CallDuration is { } duration && duration > TimeSpan.Zero
            ? input.WorkerConcurrency / duration.TotalSeconds
            : (double?)null;
        // Workers that wait for items settle fewer than they could.
        return input.IsBusy ? measured ?? possible : possible ?? measured;
    }

    private static TimeSpan? EtaOf(ScaleInput input)
    {
        if (input.Backlog == 0)
            return TimeSpan.Zero;
        var rate = input.ItemsPerSecond;
        // Where calls take longer than a rate is measured over, none may have ended in that time.
        if (rate <= 0 && input.CallDuration is { } duration && duration > TimeSpan.Zero)
            rate = input.Calls / duration.TotalSeconds;
        return rate > 0 ? TimeSpan.FromSeconds(Math.Min(input.Backlog / rate, TimeSpan.FromDays(3_650).TotalSeconds)) : null;
    }

    private static int Workers(double needed) => (int)Math.Clamp(Math.Ceiling(needed), 1, MaxWorkers);
}
