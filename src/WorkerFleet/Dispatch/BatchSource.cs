using System.Runtime.CompilerServices;
using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Sources;

namespace WorkerFleet.Dispatch;

/// <summary>Reads the rows of a batch, exactly as many as it was submitted with.</summary>
public sealed class BatchSource(ISourceReader source)
{
    /// <summary>
    /// The rows from <paramref name="start"/> to the last one. Where the source is lost, a batch that ends early gets
    /// placeholders: its rows are only to be counted as cancelled, and it has to be able to end.
    /// </summary>
    /// <exception cref="DispatchFailedException">The source is gone or too short.</exception>
    public async IAsyncEnumerable<SourceRow> ReadAsync(
        BatchView batch, SourcePosition start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rows = source.ReadAsync(batch.State.SourceBlob, batch.Spec.Source, start, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await using (rows)
        {
            for (var position = start; position.Index < batch.State.TotalRows;)
            {
                var row = await TryMoveNextAsync(rows) ? rows.Current : Placeholder(batch, position);
                position = row.Next;
                yield return row;
            }
        }
    }

    private static async ValueTask<bool> TryMoveNextAsync(IAsyncEnumerator<SourceRow> rows)
    {
        try
        {
            return await rows.MoveNextAsync();
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static SourceRow Placeholder(BatchView batch, SourcePosition position)
    {
        var problem = $"the stored source is gone or damaged: it has no row {position.Index}, although "
            + $"{batch.State.TotalRows} rows were submitted";
        return batch.IsEnding
            ? new() { Position = position, Next = position with { Index = position.Index + 1 }, BadRow = problem }
            : throw new DispatchFailedException(problem);
    }
}
