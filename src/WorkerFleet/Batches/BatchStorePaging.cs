using System.Runtime.CompilerServices;

namespace WorkerFleet.Batches;

public static class BatchStorePaging
{
    private const int PageSize = 100;

    /// <summary>All batches, the newest first, page by page. A page that is not full is the last one: nothing asks behind it.</summary>
    /// <param name="store">Where they are.</param>
    /// <param name="unfinishedOnly">Only those that are not in a final state.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async IAsyncEnumerable<BatchState> ReadAllAsync(
        this IBatchStore store, bool unfinishedOnly, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Guid? before = null;
        while (true)
        {
            var page = await store.ListAsync(before, unfinishedOnly, PageSize, cancellationToken);
            foreach (var batch in page)
                yield return batch;
            if (page.Count < PageSize)
                yield break;
            before = page[^1].CorrelationId;
        }
    }
}
