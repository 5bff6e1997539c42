using WorkerFleet.Workers;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>Which processes live, by their heartbeats.</summary>
internal static class Processes
{
    public static IReadOnlyList<WorkerRecord> Live(IEnumerable<WorkerRecord> processes, DateTimeOffset now) =>
        [.. processes.Where(process => now - process.SeenAt <= LiveWorkers.GoneAfter)];

    public static IReadOnlyList<WorkerRecord> Of(this IReadOnlyList<WorkerRecord> processes, string role) =>
        [.. processes.Where(process => process.Roles.Contains(role))];
}
