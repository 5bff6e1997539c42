using WorkerFleet.Batches;
using WorkerFleet.Cli.Doctor.Facts;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Workers;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>Batches that do not get on, and what keeps them: stuck in pending, in processing, or at their end.</summary>
/// <param name="facts">The store.</param>
/// <param name="isFleet">Whether a fleet drives the batches; else each run its own.</param>
/// <param name="command">A command for the same store, that can be typed as it stands.</param>
/// <param name="time">The clock.</param>
internal sealed class BatchesCheck(
    IFleetFacts facts, bool isFleet, Func<string, string> command, TimeProvider time) : IDoctorCheck
{
    /// <summary>Batches whose rows are looked into, the oldest first.</summary>
    private const int MostLookedInto = 20;

    /// <summary>What is due is sent within a second, as a rule; and a submitted batch is taken up.</summary>
    private static readonly TimeSpan Overdue = TimeSpan.FromMinutes(1);

    /// <summary>More than a heartbeat of the slowest store.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(4);

    public string Id => "batches";

    public string Name => "batches";

    public TimeSpan Limit => TimeSpan.FromSeconds(60);

    public async Task ExamineAsync(Findings findings, CancellationToken cancellationToken)
    {
        if (!await facts.CanBeReadAsync(cancellationToken))
            return;
        var unfinished = await facts.UnfinishedAsync(cancellationToken);
        var driven = new List<BatchProgress>();
        foreach (var batch in unfinished)
            if (JudgePresence(batch, findings))
                driven.Add(batch);
        var live = Processes.Live(await facts.ProcessesAsync(cancellationToken), time.GetUtcNow());
        foreach (var batch in driven.OrderBy(batch => batch.Batch.SubmittedAt).Take(MostLookedInto))
            await JudgeAsync(batch, live, findings, cancellationToken);
        if (isFleet)
            await JudgeScheduleAsync(findings, cancellationToken);
        await FailureFindings.JudgeAsync(facts, command, time.GetUtcNow(), findings, cancellationToken);
        if (findings.All.Count == 0)
            findings.Pass(unfinished.Count == 0 ? "none is unfinished" : $"{unfinished.Count} under way");
    }

    /// <returns>Whether it should get on.</returns>
    private bool JudgePresence(BatchProgress batch, Findings findings)
    {
        var isPaused = batch.Batch.CurrentState == BatchStatus.Paused;
        if (!isPaused && batch.Driven)
            return true;
        var resume = command($"resume {Figures.ShortId(batch.Batch.CorrelationId)}");
        findings.Add(isPaused ? DoctorCodes.BatchesPaused : DoctorCodes.BatchesUndriven,
            $"{NameOf(batch)} is {(isPaused ? "paused" : "unfinished and nobody drives it")}, " +
            $"{Figures.Count(batch.Counts.Pending, "row")} left: {resume}",
            resume);
        return false;
    }

    private async Task JudgeAsync(
        BatchProgress batch, IReadOnlyList<WorkerRecord> live, Findings findings, CancellationToken cancellationToken)
    {
        var hasOrchestrator = !isFleet || live.Of(FleetRole.Orchestrator).Count > 0;
        var hasWorker = !isFleet || live.Of(FleetRole.Worker).Count > 0;
        switch (batch.Batch.CurrentState)
        {
            case BatchStatus.Submitted when !hasOrchestrator || time.GetUtcNow() - batch.Batch.SubmittedAt > Overdue:
                findings.Add(DoctorCodes.BatchesNotDispatched,
                    $"{NameOf(batch)} was submitted {Ago(batch.Batch.SubmittedAt)}, and " +
                    (hasOrchestrator ? "no orchestrator has taken it up" : "no orchestrator is there to take it up"),
                    hasOrchestrator ? null : command("orchestrator"));
                return;
            case BatchStatus.Aggregating when isFleet:
                await JudgeResultsAsync(batch, hasOrchestrator, findings, cancellationToken);
                return;
            case BatchStatus.Submitted or BatchStatus.Aggregating:
                return;
        }

        if (!hasWorker && batch.Counts.Pending > 0)
            findings.Add(DoctorCodes.BatchesNoWorker,
                $"{NameOf(batch)} has {Figures.Count(batch.Counts.Pending, "row")} pending, and no worker is there",
                command("worker"));
        var items = await facts.SampleAsync(batch.Batch.CorrelationId, cancellationToken);
        ItemFindings.Judge(batch, NameOf(batch), items, isFleet ? live : null, time.GetUtcNow(), findings);
    }

    private async Task JudgeResultsAsync(
        BatchProgress batch, bool hasOrchestrator, Findings findings, CancellationToken cancellationToken)
    {
        if (hasOrchestrator)
        {
            // It may just have begun, and be in no heartbeat yet; or have ended.
            if (await IsWrittenAsync(batch, cancellationToken))
                return;
            await Task.Delay(BetweenLooks, time, cancellationToken);
            facts.LookAgain();
            if (await IsWrittenAsync(batch, cancellationToken))
                return;
        }

        var who = hasOrchestrator ? "no process writes" : "no orchestrator is there to write";
        findings.Add(DoctorCodes.BatchesAggregating, $"{NameOf(batch)}: all rows are settled, and {who} the results");
    }

    private async Task<bool> IsWrittenAsync(BatchProgress batch, CancellationToken cancellationToken) =>
        (await facts.UnfinishedAsync(cancellationToken)).FirstOrDefault(
            other => other.Batch.CorrelationId == batch.Batch.CorrelationId)?.Batch.CurrentState != BatchStatus.Aggregating
        || Processes.Live(await facts.ProcessesAsync(cancellationToken), time.GetUtcNow())
            .Any(process => process.Batches.Contains(batch.Batch.CorrelationId));

    private async Task JudgeScheduleAsync(Findings findings, CancellationToken cancellationToken)
    {
        if (await facts.EarliestScheduledAsync(cancellationToken) is { } earliest && time.GetUtcNow() - earliest > Overdue)
            findings.Add(DoctorCodes.BatchesScheduleOverdue,
                $"a retry, a time limit or a command was due {Ago(earliest)}, and was not sent");
    }

    private static string NameOf(BatchProgress batch) =>
        $"{Figures.ShortId(batch.Batch.CorrelationId)} ({batch.Batch.Spec.Name})";

    private string Ago(DateTimeOffset at) => $"{Durations.Format(time.GetUtcNow() - at)} ago";
}
