using System.Collections.Concurrent;
using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.Agents;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Ledger;
using WorkerFleet.Storage;

namespace WorkerFleet.DynamoDb.Ledger;

/// <summary>
/// Settles rows of one slice together: their outcomes in a block, and then one conditional update of the slice, which takes the
/// rows from the pending ones, counts them, and names the block. That update alone decides.
/// </summary>
internal sealed class SettlementWriter(
    DynamoTables tables, SliceStore slices, BlockStore blocks, BatchInserts inserts)
{
    /// <summary>Rounds of a slice that keeps being changed by others; each takes the rows away that they settled.</summary>
    private const int MaxTries = 100;

    /// <summary>Slices remembered as they were last seen; far more than a process has rows of at a time.</summary>
    private const int MaxSeen = 1_000;

    private readonly ConcurrentDictionary<(Guid Batch, int Slice), SliceItem> _seen = new();

    /// <returns>A result for each, in their order.</returns>
    /// <param name="key">All are of this slice, and of this round.</param>
    /// <param name="settlements">The outcomes.</param>
    public async Task<IReadOnlyList<SettleResult>> SettleAsync(
        (Guid Batch, int Slice, int Round) key, IReadOnlyList<Settlement> settlements)
    {
        var results = new SettleResult[settlements.Count];
        // The same row may be there twice; the second then finds what the first has written.
        var left = Enumerable.Range(0, settlements.Count).ToList();
        while (left.Count > 0)
        {
            var group = left.DistinctBy(number => settlements[number].Index).ToList();
            left = [.. left.Except(group)];
            await SettleAsync(key, group, settlements, results);
        }

        return results;
    }

    private async Task SettleAsync(
        (Guid Batch, int Slice, int Round) key, List<int> group, IReadOnlyList<Settlement> settlements,
        SettleResult[] results)
    {
        var partition = SliceItem.PartitionOf(key.Batch, key.Slice);
        var outcomes = await Task.WhenAll(group.Select(number =>
            blocks.StoreAsync(settlements[number], CancellationToken.None)));
        var stored = group.Zip(outcomes).ToDictionary(pair => pair.First, pair => pair.Second);
        var seen = _seen.GetValueOrDefault((key.Batch, key.Slice));
        // What was seen before is enough to try, as long as it does not speak against it: the update itself decides.
        if (seen is not null && (key.Round < seen.MaxRound
            || !group.TrueForAll(number => IsPending(seen, settlements[number].Index))))
            seen = null;
        var isFresh = false;
        BlockReference? block = null;
        for (var tries = 0; group.Count > 0; tries++)
        {
            if (tries == MaxTries)
                throw new StoreException(
                    StoreFault.Locked, $"Slice {key.Slice} of batch {key.Batch} is changed by others all the time. Try again.");
            if (seen is null)
                (seen, isFresh) = (await slices.FindAsync(key.Batch, key.Slice, CancellationToken.None), true);
            if (isFresh && await DecideAsync(seen, key.Round, group, settlements, results) is { Count: > 0 } decided)
            {
                group.RemoveAll(decided.Contains);
                block = null;
                continue;
            }

            if (block is null)
            {
                block = BlockReference.New(group.Select(number => seen!.PlaceOf(settlements[number].Index)!.Value));
                await inserts.InsertAsync(
                    [blocks.InsertOf(partition, block, group.Select(number => stored[number]))], CancellationToken.None);
            }

            var (after, outcome) = await UpdateAsync(partition, seen!, block, key.Round, group, settlements);
            if (outcome != UpdateOutcome.Refused)
            {
                Remember((key.Batch, key.Slice), after!);
                Report(after!, group, results, outcome == UpdateOutcome.MadeBefore);
                return;
            }

            (seen, isFresh) = (after, after is not null);
            if (tries > 2)
                await tables.BackOffAsync(tries, CancellationToken.None);
        }
    }

    /// <summary>Gives results to rows whose outcome cannot count any more.</summary>
    private async Task<HashSet<int>> DecideAsync(
        SliceItem? slice, int round, List<int> group, IReadOnlyList<Settlement> settlements, SettleResult[] results)
    {
        var decided = new HashSet<int>();
        foreach (var number in group)
        {
            if (slice?.PlaceOf(settlements[number].Index) is not { } place)
                results[number] = new SettleResult(SettleOutcome.NotFound, Pending: 0, Count: 0);
            else if (!slice.Slice.Pending.Contains(place))
                results[number] = slice.Result(
                    round < slice.MaxRound && round < await RoundOfAsync(slice, place)
                        ? SettleOutcome.Stale
                        : SettleOutcome.AlreadySettled);
            else if (slice.ReopenedRows.TryGetValue(place, out var reopened) && round < reopened.Round)
                results[number] = slice.Result(SettleOutcome.Stale);
            else
                continue;
            decided.Add(number);
        }

        return decided;
    }

    /// <summary>The round that a settled row was settled in.</summary>
    private async Task<int> RoundOfAsync(SliceItem slice, int place)
    {
        var read = await blocks.ReadAsync(slice, [place], CancellationToken.None);
        return read.TryGetValue(place, out var outcome) ? outcome.Record.Round : 0;
    }

    /// <returns>The slice as it is then, null when there is none, and whether the update was made.</returns>
    private async Task<(SliceItem? Slice, UpdateOutcome Outcome)> UpdateAsync(
        string partition, SliceItem seen, BlockReference block, int round, List<int> group,
        IReadOnlyList<Settlement> settlements)
    {
        var request = RequestOf(partition, seen, block, round, group.ConvertAll(number => settlements[number]));
        try
        {
            return (slices.Read((await tables.UpdateAsync(request, CancellationToken.None)).Attributes), UpdateOutcome.Made);
        }
        catch (ConditionalCheckFailedException refused)
        {
            if (refused.Item is not { Count: > 0 } item)
                return (null, UpdateOutcome.Refused);
            var slice = slices.Read(item);
            // An update whose answer was lost was made all the same.
            if (slice.References.Any(reference => reference.Id == block.Id))
                return (slice, UpdateOutcome.MadeBefore);
            return (slice.IsGone ? null : slice, UpdateOutcome.Refused);
        }
    }

    private UpdateItemRequest RequestOf(
        string partition, SliceItem seen, BlockReference block, int round, List<Settlement> settled)
    {
        var used = settled.Aggregate(default(AgentUsage), (sum, settlement) => sum + settlement.Usage.Round);
        (string Name, long Count)[] sums =
        [
            (SliceItem.InputTokens, used.InputTokens), (SliceItem.OutputTokens, used.OutputTokens),
            (SliceItem.CostNanos, used.CostNanos),
        ];
        List<(string Name, long Count)> counts =
        [
            .. settled.GroupBy(settlement => settlement.State)
                .Select(group => (SliceItem.CountName(group.Key), (long)group.Count())),
            .. sums.Where(sum => sum.Count > 0),
        ];
        var condition = string.Join(" AND ", block.Places.Select((_, i) =>
            string.Create(CultureInfo.InvariantCulture, $"contains({SliceItem.PendingRows}, :p{i})")));
        var request = new UpdateItemRequest
        {
            TableName = tables.Runs,
            Key = Attributes.Key(partition, SliceItem.SortKey),
            UpdateExpression = $"DELETE {SliceItem.PendingRows} :rows ADD {SliceItem.Version} :one"
                + string.Concat(counts.Select(count => $", {count.Name} :{count.Name}"))
                + $" SET {SliceItem.Blocks} = list_append(if_not_exists({SliceItem.Blocks}, :none), :block)",
            ExpressionAttributeValues = new()
            {
                [":rows"] = new() { BS = [.. block.Places.Select(SliceItem.PlaceBytes)] },
                [":one"] = Attributes.Number(1),
                [":none"] = new() { L = [], IsLSet = true },
                [":block"] = new() { L = [Attributes.Bytes(block.ToBytes())] },
                [":round"] = Attributes.Number(round),
            },
            ReturnValues = ReturnValue.ALL_NEW,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        };
        var values = request.ExpressionAttributeValues;
        foreach (var (name, count) in counts)
            values[$":{name}"] = Attributes.Number(count);
        for (var i = 0; i < block.Places.Count; i++)
            values[string.Create(CultureInfo.InvariantCulture, $":p{i}")] =
                new() { B = SliceItem.PlaceBytes(block.Places[i]) };
        if (round >= seen.MaxRound)
        {
            // No pending row is of a later round then; rows of this slice can settle beside one another.
            condition += $" AND (attribute_not_exists({SliceItem.Round}) OR {SliceItem.Round} <= :round)";
            if (round > 0)
                request.UpdateExpression += $", {SliceItem.Round} = :round";
        }
        else
        {
            condition += $" AND {SliceItem.Version} = :seen";
            values[":seen"] = Attributes.Number(seen.StoredVersion);
            values.Remove(":round");
        }

        request.ConditionExpression = condition;
        return request;
    }

    /// <summary>Each row took one away from the pending ones; so every number is seen by one row.</summary>
    private static void Report(SliceItem after, List<int> group, SettleResult[] results, bool late)
    {
        var left = (int)after.Slice.Counts.Pending;
        var pending = left + group.Count;
        foreach (var number in group)
            results[number] = new(SettleOutcome.Settled, --pending, after.Slice.Count);
        // Others may have settled rows since: whoever waits for the half must not miss it, and may hear of it twice.
        if (late && left > 0 && left < after.Slice.Count / 2)
            results[group[0]] = results[group[0]] with { Pending = after.Slice.Count / 2 };
    }

    private static bool IsPending(SliceItem slice, long index) =>
        slice.PlaceOf(index) is { } place && slice.Slice.Pending.Contains(place);

    private void Remember((Guid Batch, int Slice) key, SliceItem slice)
    {
        if (_seen.Count > MaxSeen)
            _seen.Clear();
        if (slice.Slice.Pending.IsEmpty)
            _seen.TryRemove(key, out _);
        else
            _seen[key] = slice;
    }

    private enum UpdateOutcome
    {
        Made,

        /// <summary>By an earlier try, whose answer was lost.</summary>
        MadeBefore,

        Refused,
    }
}
