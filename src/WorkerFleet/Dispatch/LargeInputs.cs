using System.Text.Json;
using WorkerFleet.Batches;
using WorkerFleet.Ledger;

namespace WorkerFleet.Dispatch;

/// <summary>
/// Makes inputs again that were too large for their message, each by reading its one row from the source: so nothing is
/// stored twice, and nothing has to be deleted.
/// </summary>
public sealed class LargeInputs(BatchSource source)
{
    /// <exception cref="DispatchFailedException">The source is gone, or no longer has the row.</exception>
    public async Task<JsonElement> ReadAsync(
        BatchView batch, SourcePosition position, CancellationToken cancellationToken)
    {
        await foreach (var row in source.ReadAsync(batch, position, cancellationToken))
        {
            if (row.BadRow is { } badRow)
                throw new DispatchFailedException(badRow);
            var mapped = batch.Mapper.Map(row);
            return mapped.Problem is { } problem ? throw new DispatchFailedException(problem) : mapped.Input;
        }

        throw new DispatchFailedException($"the stored source has no row {position.Index}");
    }
}
