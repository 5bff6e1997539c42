using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Storage;

namespace WorkerFleet.DynamoDb.Ledger;

/// <summary>Makes settled rows of one slice pending again: read, then one update on the condition that nothing changed since.</summary>
internal sealed class SliceReopening(DynamoTables tables, SliceStore slices, BlockStore blocks)
{
    private const int MaxTries = 100;

    /// <returns>The rows that are pending in the round now, and whether any changed.</returns>
    public async Task<IReadOnlyList<ReopenedItem>> ReopenAsync(
        Guid batchId, int number, IReadOnlyList<long> indexes, int round, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            if (await slices.FindAsync(batchId, number, cancellationToken) is not { } slice)
                return [];
            var (pending, changed) = await DecideAsync(slice, indexes, round, cancellationToken);
            if (changed.Count == 0 || await TryUpdateAsync(slice, changed, round, cancellationToken))
                return pending;
            if (tries > 2)
                await tables.BackOffAsync(tries, cancellationToken);
        }

        throw new StoreException(
            StoreFault.Locked, $"Slice {number} of batch {batchId} is changed by others all the time. Try again.");
    }

    private async Task<(List<ReopenedItem> Pending, List<OutcomeRecord> Changed)> DecideAsync(
        SliceItem slice, IReadOnlyList<long> indexes, int round, CancellationToken cancellationToken)
    {
        var rows = indexes.Distinct().Select(index => (Index: index, Place: slice.PlaceOf(index)))
            .Where(row => row.Place is not null).Select(row => (row.Index, Place: row.Place!.Value)).ToList();
        var outcomes = await blocks.ReadAsync(
            slice, [.. rows.Select(row => row.Place).Where(place => !slice.Slice.Pending.Contains(place))],
            cancellationToken);
        var (pending, changed) = (new List<ReopenedItem>(), new List<OutcomeRecord>());
        foreach (var (index, place) in rows)
            if (outcomes.TryGetValue(place, out var outcome))
            {
                if (outcome.Record is not { State: ItemState.Failed or ItemState.Cancelled } || outcome.Record.Round >= round)
                    continue;
                pending.Add(new(index, outcome.Record.Attempts));
                changed.Add(outcome.Record);
            }
            else if (slice.Slice.Pending.Contains(place)
                && slice.ReopenedRows.TryGetValue(place, out var reopened) && reopened.Round == round)
            {
                pending.Add(new(index, reopened.Attempts));
            }

        return (pending, changed);
    }

    private async Task<bool> TryUpdateAsync(
        SliceItem slice, List<OutcomeRecord> changed, int round, CancellationToken cancellationToken)
    {
        var reopened = new Dictionary<int, (int Round, int Attempts)>(
            slice.ReopenedRows.Where(row => slice.Slice.Pending.Contains(row.Key)));
        foreach (var record in changed)
            reopened[slice.PlaceOf(record.Row)!.Value] = (round, record.Attempts);
        var counts = changed.GroupBy(record => record.State)
            .Select(records => (Name: SliceItem.CountName(records.Key), Count: records.Count())).ToList();
        var request = new UpdateItemRequest
        {
            TableName = tables.Runs,
            Key = Attributes.Key(SliceItem.PartitionOf(slice.Slice.BatchId, slice.Slice.Number), SliceItem.SortKey),
            UpdateExpression = $"ADD {SliceItem.PendingRows} :rows, {SliceItem.Version} :one"
                + string.Concat(counts.Select(count => $", {count.Name} :{count.Name}"))
                + $" SET {SliceItem.Reopened} = :reopened, {SliceItem.Round} = :round",
            ConditionExpression = $"{SliceItem.Version} = :seen",
            ExpressionAttributeValues = new()
            {
                [":rows"] = new()
                {
                    BS = [.. changed.Select(record => SliceItem.PlaceBytes(slice.PlaceOf(record.Row)!.Value))],
                },
                [":one"] = Attributes.Number(1),
                [":reopened"] = Attributes.Bytes(SliceItem.WriteReopened(reopened)),
                [":round"] = Attributes.Number(Math.Max(round, slice.MaxRound)),
                [":seen"] = Attributes.Number(slice.StoredVersion),
            },
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.NONE,
        };
        foreach (var (name, count) in counts)
            request.ExpressionAttributeValues[$":{name}"] = Attributes.Number(-count);
        try
        {
            await tables.UpdateAsync(request, cancellationToken);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            // Somebody else changed it, or this did and the answer was lost: it is read anew.
            return false;
        }
    }
}
