using Microsoft.AspNetCore.WebUtilities;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Api.Dashboard;

/// <summary>Addresses of the page of dead letters.</summary>
public static class LetterLinks
{
    public const string Page = "/dead-letters";

    /// <param name="batch">Of this batch; null: of all.</param>
    /// <param name="group">With this cause; null: with any.</param>
    /// <param name="state">In this state; null: open ones.</param>
    /// <param name="byRow">Whether to list rows where the causes would be.</param>
    public static string Of(
        Guid? batch, string? group = null, DeadLetterState? state = null, bool byRow = false)
    {
        var query = new List<KeyValuePair<string, string?>>();
        if (batch is { } id)
            query.Add(new("batch", id.ToString()));
        if (group is not null)
            query.Add(new("group", group));
        if (state is { } other)
            query.Add(new("state", Format.Words(other.ToString())));
        if (byRow)
            query.Add(new("rows", "true"));
        return QueryHelpers.AddQueryString(Page, query);
    }
}
