using Microsoft.AspNetCore.Components;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Workers;

namespace WorkerFleet.Api.Dashboard.Pages;

/// <summary>The processes of the fleet.</summary>
public sealed partial class WorkersPage
{
    /// <summary>Processes that are shown; those that need a look are among them.</summary>
    private const int Most = 200;

    private const string Running = "running";

    [Inject]
    private WorkerListing Listing { get; set; } = null!;

    private IReadOnlyList<WorkerJson> All { get; set; } = [];

    private IReadOnlyList<WorkerJson> Workers { get; set; } = [];

    private IReadOnlyList<WorkerJson> Live =>
        [.. All.Where(worker => worker.Status != WorkerStanding.Lost)];

    protected override async Task LoadAsync()
    {
        All = await Listing.ReadAsync(Caller, Aborted);
        Workers = [.. All.OrderBy(worker => worker.Status == Running ? 1 : 0)
            .ThenBy(worker => worker.Id, StringComparer.Ordinal).Take(Most)];
    }
}
