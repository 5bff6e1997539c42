using Microsoft.AspNetCore.Components;
using WorkerFleet.Api.Batches;
using WorkerFleet.Api.DeadLetters;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Api.Dashboard.Pages;

/// <summary>Rows that failed for good, by cause or one by one.</summary>
public sealed partial class DeadLettersPage
{
    private const int PageSize = 50;
    private const int MostCauses = 100;

    [Inject]
    private BatchLookup Batches { get; set; } = null!;

    [Inject]
    private LetterSearch Search { get; set; } = null!;

    private LetterFilter Filter { get; set; } = null!;

    private bool ByRow { get; set; }

    private bool IsFirst => !Http.Request.Query.ContainsKey(Links.CursorKey);

    private bool IsOpen => Filter.State is DeadLetterState.Open;

    private bool IsFiltered => Filter.Batch is not null || Filter.Group is not null || !IsOpen;

    /// <summary>Null where rows are shown.</summary>
    private DeadLetterGroupsJson? Causes { get; set; }

    /// <summary>The one whose rows are shown; null where it has no open ones any more, and behind the first page.</summary>
    private DeadLetterGroup? Cause { get; set; }

    /// <summary>Null where causes are shown.</summary>
    private DeadLetterPageJson? Rows { get; set; }

    /// <summary>All that the filters let through, of which there is a button for all.</summary>
    private LetterChoiceJson Choice => new(Filter.Batch, null, Filter.Group, Filter.Group is null);

    private string What
    {
        get
        {
            var failures = $"all {Format.Words(Filter.StateName)} failures";
            if (Filter.Group is not null)
                failures += " with this cause";
            return failures + (Filter.Batch is not null ? " of this batch" : " of all your batches");
        }
    }

    private string Title => Filter.Group is null ? "Dead letters" : $"Cause {Filter.Group}";

    protected override async Task LoadAsync()
    {
        var query = ReadQuery();
        Filter = LetterFilter.Read(query);
        ByRow = query.Flag("rows") || Filter.Group is not null || !IsOpen;
        var cursor = query.Cursor(LetterSearch.CursorKind);
        query.Check();
        if (Filter.Batch is { } batch)
            await Batches.StateAsync(Http, batch, Aborted);
        var causes = IsFirst && (!ByRow || Filter.Group is not null)
            ? await Search.GroupsAsync(Caller, Filter.Batch, MostCauses, Aborted)
            : null;
        Cause = causes?.Groups.FirstOrDefault(cause => cause.Group == Filter.Group);
        if (ByRow)
            Rows = await Search.ReadAsync(Caller, Filter.ToQuery(PageSize), cursor, Aborted);
        else
            Causes = causes;
    }
}
