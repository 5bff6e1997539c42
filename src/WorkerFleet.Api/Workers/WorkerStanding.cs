using WorkerFleet.Workers;

namespace WorkerFleet.Api.Workers;

/// <summary>How a process of the fleet stands, by its heartbeat.</summary>
public static class WorkerStanding
{
    public const string Lost = "lost";

    /// <summary>Those that were killed show for so long, as lost.</summary>
    public static readonly TimeSpan ShownFor = TimeSpan.FromMinutes(5);

    /// <summary>Ten heartbeats.</summary>
    public static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(10);

    /// <returns>running, pressed, draining or lost.</returns>
    public static string Of(WorkerRecord worker, DateTimeOffset now) =>
        now - worker.SeenAt > LostAfter ? Lost : worker.Status switch
        {
            WorkerStatus.Pressed => "pressed",
            WorkerStatus.Draining => "draining",
            _ => "running",
        };
}
