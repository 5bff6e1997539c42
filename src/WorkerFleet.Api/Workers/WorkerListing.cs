using WorkerFleet.Api.Access;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Workers;

namespace WorkerFleet.Api.Workers;

/// <summary>Lists the processes of the fleet.</summary>
internal sealed class WorkerListing(IWorkerRegistry registry, TimeProvider time)
{
    public async Task<IReadOnlyList<WorkerJson>> ReadAsync(ApiCaller caller, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var workers = await registry.ListAsync(now - WorkerStanding.ShownFor, cancellationToken);
        // Whose batches the others are is not this caller's to know.
        var seesAll = caller.Owner is null;
        return [.. workers.Select(worker => WorkerJson.Of(worker, WorkerStanding.Of(worker, now), now))
            .Select(worker => seesAll ? worker : worker with { Batches = [] })];
    }
}
