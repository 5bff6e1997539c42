using WorkerFleet.Batches;
using WorkerFleet.Cli.Doctor;
using WorkerFleet.Cli.Doctor.Checks;
using WorkerFleet.DeadLetters;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Cli.Doctor;

/// <content>Batches that do not get on.</content>
internal static partial class DoctorCases
{
    private const string Sample = "agent 'verifier' accepted the item, and did not say within 1:00:00 what became of it";

    private static DateTimeOffset LongAgo => FixedTime.Now - TimeSpan.FromHours(2);

    /// <summary>Ten rows, all of them pending.</summary>
    public static BatchProgress Batch(string status = BatchStatus.Processing, long waiting = 0, bool driven = true) => new(
        new BatchState
        {
            CorrelationId = Guid.CreateVersion7(),
            CurrentState = status,
            Spec = new() { Name = "rows.csv" },
            SubmittedAt = LongAgo,
        },
        new ItemCounts(Pending: 10, 0, 0, 0, 0), waiting, driven);

    public static BatchesCheck Check(FakeFacts facts, bool isFleet = true) =>
        new(facts, isFleet, arguments => $"fleet {arguments}", FixedTime.Instance);

    private static IEnumerable<DoctorCase> Batches()
    {
        yield return Batches(DoctorCodes.BatchesPaused, Batch(BatchStatus.Paused), Worker(), Orchestrator());
        yield return DoctorCase.Of(
            DoctorCodes.BatchesUndriven, Check(FactsOf(Batch(driven: false)), isFleet: false));

        // Stuck in pending.
        yield return Batches(DoctorCodes.BatchesNotDispatched, Batch(BatchStatus.Submitted), Worker());
        yield return Batches(DoctorCodes.BatchesNotDispatched, Batch(BatchStatus.Submitted), Orchestrator());
        yield return Batches(DoctorCodes.BatchesNoWorker, Batch(), Orchestrator());
        yield return Batches(DoctorCodes.BatchesWaiting, Batch(waiting: 10), Worker(), Orchestrator());
        var overdue = FactsOf(Batch(waiting: 10), Worker(), Orchestrator());
        overdue.Earliest = LongAgo;
        yield return DoctorCase.Of(DoctorCodes.BatchesScheduleOverdue, Check(overdue));

        // Stuck in processing.
        yield return Row(DoctorCodes.BatchesOverrun, Event(JournalStatus.InvocationStarted, worker: Worker().Id));
        yield return Row(DoctorCodes.BatchesOrphaned, Event(JournalStatus.InvocationStarted, worker: "host/9/z"));
        yield return Row(
            DoctorCodes.BatchesCompletionOverdue, Event(JournalStatus.InvocationStarted, worker: Worker().Id),
            Event(JournalStatus.InvocationAccepted, detail: new AttemptDetail("verifier", 5, CompleteBy: LongAgo.AddHours(1)).ToJson()));
        yield return Batches(DoctorCodes.BatchesAggregating, Batch(BatchStatus.Aggregating), Worker());

        // Permission errors.
        yield return Failures(DoctorCodes.BatchesDenied, FailureKind.Denied, "agent 'verifier' answered 403 Forbidden");
        yield return Failures(DoctorCodes.BatchesNoEvents, FailureKind.Timeout, Sample);
    }

    private static DoctorCase Batches(DoctorCode code, BatchProgress batch, params WorkerRecord[] processes) =>
        DoctorCase.Of(code, Check(FactsOf(batch, processes)));

    private static DoctorCase Row(DoctorCode code, params JournalEvent[] events)
    {
        var facts = FactsOf(Batch(), Worker(), Orchestrator());
        facts.Items.Add(new(7, events));
        return DoctorCase.Of(code, Check(facts));
    }

    private static DoctorCase Failures(DoctorCode code, FailureKind kind, string sample)
    {
        var facts = FactsOf(Worker(), Orchestrator());
        var now = FixedTime.Now;
        facts.Failures.Add(new DeadLetterGroup("0123456789", kind, sample, 5, now, now, "verifier"));
        return DoctorCase.Of(code, Check(facts));
    }

    public static JournalEvent Event(string status, string? worker = null, string? detail = null) =>
        new("session", JournalEvent.IdFor(0, 1, 0, status), LongAgo, status, Attempt: 1, worker, detail);

    private static FakeFacts FactsOf(BatchProgress batch, params WorkerRecord[] processes)
    {
        var facts = FactsOf(processes);
        facts.Unfinished.Add(batch);
        return facts;
    }
}
