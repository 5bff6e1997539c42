using System.Diagnostics;
using Microsoft.AspNetCore.Components;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Dashboard.Items;
using WorkerFleet.Api.Items;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Items;

namespace WorkerFleet.Api.Dashboard.Pages;

/// <summary>Everything about one row.</summary>
public sealed partial class ItemPage
{
    [Parameter]
    public string Batch { get; set; } = "";

    [Parameter]
    public string Row { get; set; } = "";

    [Inject]
    private ItemLookup Lookup { get; set; } = null!;

    [Inject]
    private ItemReader Reader { get; set; } = null!;

    private BatchState State { get; set; } = null!;

    private ItemJson Item { get; set; } = null!;

    private IReadOnlyList<TimelineRound> Rounds { get; set; } = [];

    private string Api => $"/api/v1/batches/{Item.BatchId}/items/{Item.Row}";

    private string Replay => $"POST /api/v1/batches/{Item.BatchId}/replay";

    private string? Live => Item.State is ItemState.Pending && !BatchStatus.IsFinal(State.CurrentState)
        ? $"/api/v1/batches/{Item.BatchId}/live"
        : null;

    private bool CanRunAgain => Item.State is ItemState.Failed or ItemState.Cancelled;

    private string? Cause => Item is { State: ItemState.Failed, Error: { } error }
        ? Links.DeadLetters(Item.BatchId, FailureGroup.IdOf(error))
        : null;

    /// <summary>Of the last attempt; an agent sees no other one in it.</summary>
    private string? AgentSession => Item.Attempts == 0
        ? null
        : ItemSession.ForAttempt(Item.BatchId, Item.Row, Item.Attempts);

    private string? Trace => ActivityContext.TryParse(State.TraceParent, null, out var trace)
        ? trace.TraceId.ToHexString()
        : null;

    /// <summary>What one looks for elsewhere: in an agent's log, in the journal's table, among traces.</summary>
    private (string Name, string? Value)[] Ids =>
        [("Agent's session", AgentSession), ("Journal", Item.Session), ("Trace", Trace)];

    private string? Worker => Item.Events.LastOrDefault(each => each.Worker is not null)?.Worker;

    private string NoInput => Item.State is ItemState.Rejected
        ? "There is none: the row itself is bad."
        : "The row is not read yet.";

    private string NoOutput => Item.State switch
    {
        ItemState.Pending => "There is none yet.",
        ItemState.Succeeded => "The agent has answered with nothing.",
        _ => "There is none.",
    };

    protected override async Task LoadAsync()
    {
        (State, var row) = await Lookup.FindAsync(Http, Batch, Row, Aborted);
        Item = await Reader.ReadAsync(State, row, Aborted);
        Rounds = Timeline.Of(Item.Events);
    }
}
