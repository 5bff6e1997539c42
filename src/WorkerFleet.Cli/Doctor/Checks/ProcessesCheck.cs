using WorkerFleet.Agents;
using WorkerFleet.Cli.Doctor.Facts;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Workers;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>Who of the fleet is there, and what they say of themselves.</summary>
/// <param name="facts">Their heartbeats.</param>
/// <param name="isFleet">Whether there is a broker to meet at: a run by itself has no heartbeat.</param>
/// <param name="agents">The agents' limits.</param>
/// <param name="time">The clock.</param>
internal sealed class ProcessesCheck(IFleetFacts facts, bool isFleet, IAgentCatalog? agents, TimeProvider time) : IDoctorCheck
{
    public string Id => "processes";

    public string Name => "processes";

    public TimeSpan Limit => TimeSpan.FromSeconds(20);

    public async Task ExamineAsync(Findings findings, CancellationToken cancellationToken)
    {
        if (!isFleet || !await facts.CanBeReadAsync(cancellationToken))
            return;
        var now = time.GetUtcNow();
        var all = await facts.ProcessesAsync(cancellationToken);
        var live = Processes.Live(all, now);
        foreach (var lost in all.Except(live))
            findings.Add(DoctorCodes.ProcessesLost,
                $"{lost.Id} ({string.Join('+', lost.Roles)}) was last seen {Durations.Format(now - lost.SeenAt)} ago" +
                (lost.InFlight > 0 ? $", with {Figures.Count(lost.InFlight, "row")} in flight" : ""));
        if (live.Count == 0)
        {
            findings.Add(DoctorCodes.ProcessesNone, "no process of a fleet is there");
            return;
        }

        var workers = live.Of(FleetRole.Worker);
        if (live.Of(FleetRole.Orchestrator).Count == 0)
            findings.Add(DoctorCodes.ProcessesNoOrchestrator, "no orchestrator is there");
        if (workers.Count == 0)
            findings.Add(DoctorCodes.ProcessesNoWorker, "no worker is there");
        foreach (var pressed in live.Where(process => process.Status == WorkerStatus.Pressed))
            findings.Add(DoctorCodes.ProcessesPressed,
                $"{pressed.Id} takes {pressed.Capacity} of {Figures.Count(pressed.Concurrency, "row")}: {pressed.Note}");
        JudgeAgents(workers, findings);
        await JudgeSharesAsync(workers.Count, findings, cancellationToken);
        if (findings.All.Count == 0)
            findings.Pass($"{Figures.Count(live.Of(FleetRole.Orchestrator).Count, "orchestrator")}, " +
                $"{Figures.Count(workers.Count, "worker")}, {Figures.Count(workers.Sum(worker => worker.InFlight), "row")} in flight");
    }

    private static void JudgeAgents(IReadOnlyList<WorkerRecord> workers, Findings findings)
    {
        foreach (var worker in workers)
            foreach (var note in worker.AgentNotes)
                // The name is what stands in quotes first.
                findings.Add(
                    note.Split('\'') is [_, var agent, ..] && AgentNote.StandingOf(note, agent) == AgentStanding.NotCalled
                        ? DoctorCodes.ProcessesAgentHeld
                        : DoctorCodes.ProcessesAgentThrottled,
                    $"{worker.Id}: {note}");
    }

    private async Task JudgeSharesAsync(int workers, Findings findings, CancellationToken cancellationToken)
    {
        foreach (var name in agents?.Names ?? [])
            if (agents!.LimitsOf(name)?.Concurrency is { } most && most < workers)
                findings.Add(DoctorCodes.ProcessesNoShare,
                    $"agent '{name}' takes {Figures.Count(most, "call")} at the same time, and there are {workers} workers");
        foreach (var batch in await facts.UnfinishedAsync(cancellationToken))
            if (batch.Batch.Spec.Limits.Concurrency is var most && most < workers)
                findings.Add(DoctorCodes.ProcessesNoShare,
                    $"batch {Figures.ShortId(batch.Batch.CorrelationId)} may have {Figures.Count(most, "row")} worked on at the " +
                    $"same time, and there are {workers} workers");
    }
}
