using WorkerFleet.Api.Access;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Batches;

namespace WorkerFleet.Api.Batches;

/// <summary>Which batches to list; null: any.</summary>
internal sealed record BatchFilter(string? Status, string? Owner, string? Name, bool Unfinished)
{
    /// <summary>Those that can be asked for.</summary>
    public static IReadOnlyList<string> Statuses { get; } =
    [
        BatchStatus.Submitted, BatchStatus.Dispatching, BatchStatus.Processing, BatchStatus.Paused,
        BatchStatus.Cancelling, BatchStatus.Aggregating, BatchStatus.Completed, BatchStatus.CompletedWithFailures,
        BatchStatus.Failed, BatchStatus.Cancelled,
    ];

    public static BatchFilter All { get; } = new(null, null, null, Unfinished: false);

    public bool OnlyUnfinished => Unfinished || (Status is not null && !BatchStatus.IsFinal(Status));

    public static BatchFilter Read(RequestQuery query) => new(
        query.Choice("status", Statuses), query.Text("owner"), query.Text("name"), query.Flag("unfinished"));

    public bool Lets(BatchState batch) =>
        (Status is null || batch.CurrentState == Status)
        && (Owner is null || batch.Spec.Owner == Owner)
        && (Name is null || batch.Spec.Name.Contains(Name, StringComparison.OrdinalIgnoreCase))
        && !(Unfinished && BatchStatus.IsFinal(batch.CurrentState));
}

/// <summary>
/// Reads pages of batches. A page looks at a bounded number of them, and counts only those that it shows.
/// </summary>
internal sealed class BatchListing(IBatchStore store, BatchQueries queries)
{
    private const string CursorKind = "batches";

    private const int PageSize = 100;

    /// <summary>Batches that a page looks at, at most.</summary>
    private const int MaxScanned = 1_000;

    /// <returns>The batch that the page begins behind; null for the first page.</returns>
    public static Guid? ReadCursor(RequestQuery query) =>
        Guid.TryParse(query.Cursor(CursorKind), out var id) ? id : null;

    public async Task<BatchPageJson> ReadAsync(
        ApiCaller caller, BatchFilter filter, Guid? before, int limit, CancellationToken cancellationToken)
    {
        var found = new List<BatchJson>();
        for (var scanned = 0; scanned < MaxScanned;)
        {
            var size = Math.Min(PageSize, limit - found.Count + 1);
            var page = await store.ListAsync(before, filter.OnlyUnfinished, size, cancellationToken);
            foreach (var batch in page)
            {
                if (found.Count == limit)
                    return Page(found, before);
                scanned++;
                before = batch.CorrelationId;
                if (caller.Sees(batch.Spec.Owner) && filter.Lets(batch))
                    found.Add(BatchJson.Of(await queries.ProgressOfAsync(batch, cancellationToken)));
            }

            if (page.Count < size)
                return new(found, null);
        }

        return Page(found, before);
    }

    private static BatchPageJson Page(List<BatchJson> found, Guid? before) =>
        new(found, Cursor.Write(CursorKind, before!.Value.ToString("N")));
}
