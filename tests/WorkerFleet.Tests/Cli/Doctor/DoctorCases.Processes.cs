using WorkerFleet.Cli.Doctor;
using WorkerFleet.Cli.Doctor.Checks;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Cli.Doctor;

/// <content>The processes of a fleet.</content>
internal static partial class DoctorCases
{
    public const string Version = "1.2.3";

    /// <summary>A process that has run for a while and lives.</summary>
    public static WorkerRecord Worker(string id = "host/1/a", string role = FleetRole.Worker) => new()
    {
        Id = id,
        Host = "host",
        Version = Version,
        Roles = [role],
        StartedAt = FixedTime.Now - TimeSpan.FromMinutes(5),
        SeenAt = FixedTime.Now,
        Status = WorkerStatus.Running,
        Concurrency = 25,
        Capacity = 25,
    };

    public static WorkerRecord Orchestrator() => Worker("host/2/b", FleetRole.Orchestrator);

    private static IEnumerable<DoctorCase> Processes()
    {
        yield return Processes(DoctorCodes.ProcessesNone);
        yield return Processes(DoctorCodes.ProcessesNoOrchestrator, Worker());
        yield return Processes(DoctorCodes.ProcessesNoWorker, Orchestrator());
        yield return Processes(
            DoctorCodes.ProcessesLost, Worker() with { SeenAt = FixedTime.Now - TimeSpan.FromSeconds(40), InFlight = 3 });
        yield return Processes(DoctorCodes.ProcessesPressed, Worker() with { Status = WorkerStatus.Pressed, Note = "memory is short" });
        // Stuck in pending: a circuit is open; the agent throttles; no share of a limit.
        yield return Processes(
            DoctorCodes.ProcessesAgentHeld, Worker() with { AgentNotes = [AgentNote.NotCalled("verifier", "answered 403")] });
        yield return Processes(
            DoctorCodes.ProcessesAgentThrottled, Worker() with { AgentNotes = [AgentNote.Throttles("verifier", "2 calls/s")] });
        yield return Processes(DoctorCodes.ProcessesNoShare, Worker(), Worker("host/3/c"));
        yield return Versions(DoctorCodes.VersionsMixed, Worker(), Orchestrator() with { Version = "1.2.2" });
        yield return Versions(DoctorCodes.VersionsDiffer, Worker() with { Version = "1.2.2" });
    }

    private static DoctorCase Processes(DoctorCode code, params WorkerRecord[] processes) => DoctorCase.Of(
        code, new ProcessesCheck(
            FactsOf(processes), isFleet: true, new FakeAgent { Limits = new() { Concurrency = 1 } }, FixedTime.Instance));

    private static DoctorCase Versions(DoctorCode code, params WorkerRecord[] processes) =>
        DoctorCase.Of(code, new VersionsCheck(FactsOf(processes), isFleet: true, Version, FixedTime.Instance));

    private static FakeFacts FactsOf(params WorkerRecord[] processes)
    {
        var facts = new FakeFacts();
        facts.Processes.AddRange(processes);
        return facts;
    }
}
