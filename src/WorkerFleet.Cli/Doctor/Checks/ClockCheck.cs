using WorkerFleet.Cli.Doctor.Facts;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>
/// Compares this machine's clock with others: AWS's, the agents', and those that heartbeats and batches were written by,
/// as far as they are ahead: what is behind may just be old.
/// </summary>
/// <param name="facts">Heartbeats and batches.</param>
/// <param name="agents">What the agents said it was.</param>
/// <param name="servers">AWS's servers.</param>
/// <param name="time">The clock.</param>
internal sealed class ClockCheck(
    IFleetFacts facts, AgentFacts agents, IReadOnlyList<ClockServer> servers, TimeProvider time) : IDoctorCheck
{
    public static readonly TimeSpan Skewed = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan Wrong = TimeSpan.FromSeconds(60);

    public string Id => "clock";

    public string Name => "clock";

    public TimeSpan Limit => AgentFacts.LongestProbe + TimeSpan.FromSeconds(10);

    public async Task ExamineAsync(Findings findings, CancellationToken cancellationToken)
    {
        foreach (var server in servers)
            Judge(server.Name, await server.AheadAsync(cancellationToken), findings);
        foreach (var name in agents.Catalog?.Names ?? [])
            Judge($"agent '{name}'", (await agents.DiagnoseAsync(name, cancellationToken)).ClockAhead, findings);
        if (await facts.CanBeReadAsync(cancellationToken))
        {
            foreach (var process in await facts.ProcessesAsync(cancellationToken))
                JudgeAhead($"process {process.Id}", process.SeenAt, findings);
            if ((await facts.UnfinishedAsync(cancellationToken)).MaxBy(batch => batch.Batch.SubmittedAt)?.Batch is { } newest)
                JudgeAhead(
                    $"whoever submitted batch {Figures.ShortId(newest.CorrelationId)}", newest.SubmittedAt, findings);
        }

        if (findings.All.Count == 0)
            findings.Pass(Figures.Instant(time.GetUtcNow()));
    }

    /// <summary>By the time it is now, after it was read: the other checks before it can take their time.</summary>
    private void JudgeAhead(string who, DateTimeOffset written, Findings findings)
    {
        var ahead = written - time.GetUtcNow();
        Judge(who, ahead > TimeSpan.Zero ? ahead : null, findings);
    }

    private void Judge(string who, TimeSpan? ahead, Findings findings)
    {
        if (ahead is not { } off || off.Duration() <= Skewed)
            return;
        var direction = off > TimeSpan.Zero ? "later" : "earlier";
        findings.Add(off.Duration() > Wrong ? DoctorCodes.ClockWrong : DoctorCodes.ClockSkewed,
            $"it is {Figures.Instant(time.GetUtcNow())} here, and {Durations.Format(off.Duration())} {direction} for {who}");
    }
}

/// <param name="Name">For people.</param>
/// <param name="AheadAsync">How far its clock is ahead of this one; null where it does not say, or cannot be reached.</param>
internal sealed record ClockServer(string Name, Func<CancellationToken, Task<TimeSpan?>> AheadAsync);
