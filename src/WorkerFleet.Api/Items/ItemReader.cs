using WorkerFleet.Api.Contracts;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;

namespace WorkerFleet.Api.Items;

/// <summary>Reads everything about one row: its outcome, its journal, and its input from the source.</summary>
public sealed class ItemReader(ILedger ledger, IJournal journal, ItemInput inputs)
{
    /// <summary>Far more than the most attempts of an item leave behind.</summary>
    private const int MostEvents = 1_000;

    public async Task<ItemJson> ReadAsync(BatchState batch, long row, CancellationToken cancellationToken)
    {
        var session = ItemSession.IdFor(batch.CorrelationId, row);
        var settled = await ledger.FindSettledAsync(batch.CorrelationId, row, cancellationToken);
        // The journal's own order is that of attempts, and by name within one.
        var events = (await journal.ReadAsync(session, MostEvents, cancellationToken))
            .OrderBy(journaled => journaled.At).ToList();
        var mapped = await inputs.ReadAsync(batch, row, cancellationToken);
        return ItemJson.Of(batch.CorrelationId, row, session, settled, mapped, events);
    }
}
