using System.Collections;
using WorkerFleet.Batches;

namespace WorkerFleet.Items;

/// <summary>
/// What every line of the log says that is written while an item is worked on, by whatever part. One object a
/// delivery: the texts are made when a line is written, which is the exception.
/// </summary>
internal sealed class ItemScope(BatchView batch, ProcessBatchItem item) : IReadOnlyList<KeyValuePair<string, object?>>
{
    private const int TraceStart = 3;
    private const int TraceLength = 32;

    public int Count => 4;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("BatchId", item.BatchId),
        1 => new("Index", item.Index),
        2 => new("Session", ItemSession.IdFor(item.BatchId, item.Index)),
        3 => new("BatchTraceId", TraceId),
        _ => throw new ArgumentOutOfRangeException(nameof(index), index, null),
    };

    /// <summary>Of the batch, in which the item's spans are: also where nobody records them.</summary>
    private string? TraceId => batch.State.TraceParent is { Length: >= TraceStart + TraceLength } trace
        ? trace.Substring(TraceStart, TraceLength)
        : null;

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>As sinks show scopes that know no properties.</summary>
    public override string ToString() => ItemSession.IdFor(item.BatchId, item.Index);
}
