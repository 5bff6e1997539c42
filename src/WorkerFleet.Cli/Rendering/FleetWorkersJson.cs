using WorkerFleet.Api.Contracts;
using WorkerFleet.Scaling;

namespace WorkerFleet.Cli.Rendering;

/// <summary>What <c>fleet workers --json</c> prints.</summary>
/// <param name="Workers">The processes of the fleet.</param>
/// <param name="Scale">What a scaler goes by; null without a store.</param>
internal sealed record FleetWorkersJson(IReadOnlyList<WorkerJson> Workers, ScaleJson? Scale)
{
    public static FleetWorkersJson Of(IEnumerable<WorkerJson> workers, ScaleReading? scale) => new(
        [.. workers],
        scale is null
            ? null
            : new(
                scale.Backlog, scale.Workers, scale.BacklogPerWorker, scale.Useful, scale.Wanted,
                scale.Eta?.TotalSeconds));
}

/// <summary><see cref="ScaleReading"/> as JSON.</summary>
internal sealed record ScaleJson(
    long Backlog, int LiveWorkers, double BacklogPerWorker, int? UsefulWorkers, int WantedWorkers, double? EtaSeconds);
