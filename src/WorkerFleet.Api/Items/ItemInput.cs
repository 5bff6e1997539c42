using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Mapping;
using WorkerFleet.Sources;

namespace WorkerFleet.Api.Items;

/// <summary>Makes the input of one row again, from the source.</summary>
public sealed class ItemInput(ILedger ledger, ISourceReader reader)
{
    /// <returns>What the agent receives, or why it receives nothing; null before the row is dispatched.</returns>
    public async Task<MappedRow?> ReadAsync(BatchState batch, long index, CancellationToken cancellationToken)
    {
        // The slice says where in the source to begin; without it, everything before would have to be read.
        if (await SliceSearch.FindAsync(ledger, batch, index, cancellationToken) is not { } slice)
            return null;
        var (mapper, _) = RowMapperFactory.Create(
            batch.Spec.Mapping, batch.Spec.Agents, batch.Spec.Source, sample: [], agentNames: null);
        var rows = reader.ReadAsync(batch.SourceBlob, batch.Spec.Source, slice.Start, cancellationToken);
        await foreach (var row in rows)
            if (row.Position.Index == index)
                return row.BadRow is { } problem ? new MappedRow(default, "", null, problem) : mapper?.Map(row);
        return null;
    }
}
