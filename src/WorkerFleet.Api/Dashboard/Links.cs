using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace WorkerFleet.Api.Dashboard;

/// <summary>Addresses of pages.</summary>
public static class Links
{
    public const string CursorKey = "cursor";

    public static string Batch(Guid batch) => $"/batches/{batch}";

    public static string Item(Guid batch, long row) => $"/batches/{batch}/items/{row}";

    public static string DeadLetters(Guid batch, string group) =>
        QueryHelpers.AddQueryString("/dead-letters", new Dictionary<string, string?>
        {
            ["batch"] = batch.ToString(),
            ["group"] = group,
        });

    /// <summary>This page with another place in its list, and the same filters.</summary>
    /// <param name="request">Of this page.</param>
    /// <param name="cursor">Null: the first page.</param>
    public static string At(HttpRequest request, string? cursor)
    {
        var kept = request.Query.Where(pair => pair.Key != CursorKey && !string.IsNullOrEmpty(pair.Value))
            .Select(pair => new KeyValuePair<string, string?>(pair.Key, pair.Value));
        if (cursor is not null)
            kept = kept.Append(new(CursorKey, cursor));
        return QueryHelpers.AddQueryString(request.Path, kept);
    }

    /// <summary>The first page of this list; null on it.</summary>
    public static string? First(HttpRequest request) =>
        request.Query.ContainsKey(CursorKey) ? At(request, null) : null;

    /// <summary>The next page; null behind the last.</summary>
    public static string? Next(HttpRequest request, string? cursor) => cursor is null ? null : At(request, cursor);
}
