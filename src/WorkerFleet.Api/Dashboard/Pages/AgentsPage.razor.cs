using Microsoft.AspNetCore.Components;
using WorkerFleet.Api.Agents;

namespace WorkerFleet.Api.Dashboard.Pages;

/// <summary>The agents that are configured, and how they do.</summary>
public sealed partial class AgentsPage
{
    [Inject]
    private AgentListing Listing { get; set; } = null!;

    private IReadOnlyList<AgentJson> Agents { get; set; } = [];

    protected override async Task LoadAsync() =>
        Agents = await Listing.ReadAsync(Aborted);
}
