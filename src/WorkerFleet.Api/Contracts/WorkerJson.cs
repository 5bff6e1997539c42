using WorkerFleet.Workers;

namespace WorkerFleet.Api.Contracts;

/// <summary>A process of the fleet, for scripts.</summary>
public sealed record WorkerJson(
    string Id, string Host, string Version, IReadOnlyList<string> Roles, string Status, string? Note,
    IReadOnlyList<string> AgentNotes, int InFlight, int Capacity, int Concurrency, double ItemsPerSecond, long MemoryBytes,
    long MemoryLimitBytes, double Cpu, IReadOnlyList<Guid> Batches, DateTimeOffset StartedAt, DateTimeOffset SeenAt, double SeenSecondsAgo,
    bool IsProtected)
{
    public static WorkerJson Of(WorkerRecord worker, string status, DateTimeOffset now) => new(
        worker.Id, worker.Host, worker.Version, worker.Roles, status, worker.Note, worker.AgentNotes,
        worker.InFlight, worker.Capacity, worker.Concurrency, Math.Round(worker.ItemsPerSecond, 1), worker.MemoryBytes,
        worker.MemoryLimitBytes, Math.Round(worker.Cpu, 3), worker.Batches, worker.StartedAt, worker.SeenAt,
        Math.Round(Math.Max(0, (now - worker.SeenAt).TotalSeconds), 1), worker.IsProtected);
}
