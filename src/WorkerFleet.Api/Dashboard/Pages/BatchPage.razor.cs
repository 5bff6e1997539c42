using System.Text.Json;
using Microsoft.AspNetCore.Components;
using WorkerFleet.Api.Batches;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Items;
using WorkerFleet.Api.Live;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Api.Dashboard.Pages;

/// <summary>One batch: how it stands, why rows fail, its rows, and what can be done with it.</summary>
public sealed partial class BatchPage
{
    private const int RowsOfPage = 25;
    private const int MostGroups = 10;

    /// <summary>Points of a chart that a page brings along; more cannot be told apart.</summary>
    private const int MostPoints = 240;

    [Parameter]
    public string Batch { get; set; } = "";

    [Inject]
    private BatchLookup Lookup { get; set; } = null!;

    [Inject]
    private ItemListing Listing { get; set; } = null!;

    [Inject]
    private IDeadLetters Letters { get; set; } = null!;

    [Inject]
    private LiveFeed Live { get; set; } = null!;

    private Guid Id { get; set; }

    private BatchJson Json { get; set; } = null!;

    private BatchSpec Spec { get; set; } = null!;

    private IReadOnlyList<DeadLetterGroup> Groups { get; set; } = [];

    private ItemListing.Wanted Wanted { get; set; } = null!;

    private ItemPageJson Items { get; set; } = null!;

    private IReadOnlyList<LiveSample<BatchLiveJson>> History { get; set; } = [];

    private BatchLiveJson? Newest => IsFinal || History.Count == 0 ? null : History[^1].Value;

    private bool IsFinal => BatchStatus.IsFinal(Json.Status);

    private bool IsFiltered => Wanted is not { Id: null, Rows: { State: null, Text: null } };

    /// <summary>Milliseconds since 1970, rows a second, and latencies: null where they were not known.</summary>
    private string HistoryJson => JsonSerializer.Serialize(
        History.Where((_, index) => (History.Count - 1 - index) % (History.Count / MostPoints + 1) == 0)
            .Select(sample => (double?[])
            [
                sample.At.ToUnixTimeMilliseconds(), sample.Value.RowsPerSecond, sample.Value.LatencyMs?.P50,
                sample.Value.LatencyMs?.P95,
            ]));

    protected override async Task LoadAsync()
    {
        var query = ReadQuery();
        Wanted = ItemListing.Read(query, RowsOfPage);
        query.Check();
        var progress = await Lookup.ProgressAsync(Http, Batch, Aborted);
        (Id, Json, Spec) = (progress.Batch.CorrelationId, BatchJson.Of(progress), progress.Batch.Spec);
        History = Live.HistoryOf(Id);
        if (progress.Counts.Settled > progress.Counts.Succeeded)
            Groups = await Letters.ReadGroupsAsync(Id, MostGroups, Aborted);
        Items = await Listing.ReadAsync(progress.Batch, Wanted, Aborted);
    }

    private string Api(string route) => $"/api/v1/batches/{Id}{route}";
}
