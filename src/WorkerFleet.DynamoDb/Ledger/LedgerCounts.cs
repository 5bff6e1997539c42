using System.Collections.Concurrent;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Ledger;

namespace WorkerFleet.DynamoDb.Ledger;

/// <summary>
/// Adds up slices. A slice that is settled stays as it is unless a replay reopens it, which leaves a mark on the batch: so a
/// process that counts again and again reads only the slices that were pending, and a bit is remembered of each other one.
/// </summary>
internal sealed class LedgerCounts(DynamoTables tables, SliceStore slices)
{
    private const string MarkSortKey = "REOPENED";
    private const string Marks = "n";
    private const int MaxRemembered = 1_000;

    private readonly ConcurrentDictionary<Guid, Tally> _tallies = new();

    public async Task<LedgerSums> SumAsync(Guid batchId, CancellationToken cancellationToken)
    {
        var mark = await tables.GetAsync(tables.Runs, PartitionOf(batchId), MarkSortKey, cancellationToken);
        var marks = mark?.ReadNumber(Marks) ?? 0;
        var tally = _tallies.GetValueOrDefault(batchId);
        if (tally is null || tally.Marks != marks)
            tally = new Tally(marks, new RowSet(), Highest: -1, default);
        var sums = tally.Settled;
        var (settled, highest, settledSums) = (tally.SettledSlices.Copy(), tally.Highest, tally.Settled);
        // Those that were not settled, and some behind the last one.
        var numbers = Enumerable.Range(0, highest + 1).Where(number => !settled.Contains(number))
            .Concat(Enumerable.Range(highest + 1, SliceStore.Gap)).ToList();
        while (numbers.Count > 0)
        {
            var before = highest;
            foreach (var chunk in numbers.Chunk(BatchReads.MaxKeys))
                foreach (var slice in await slices.ReadRawAsync(batchId, chunk, consistent: true, cancellationToken))
                {
                    highest = Math.Max(highest, slice.Slice.Number);
                    if (slice.IsGone)
                        continue;
                    sums += slice.Slice.Sums;
                    if (slice.Slice.Pending.IsEmpty && settled.Add(slice.Slice.Number))
                        settledSums += slice.Slice.Sums;
                }

            var last = numbers[^1];
            numbers = highest > before && highest > last - SliceStore.Gap
                ? [.. Enumerable.Range(last + 1, Math.Min(numbers.Count * 2, BatchReads.MaxKeys))]
                : [];
        }

        Remember(batchId, new Tally(marks, settled, highest, settledSums));
        return sums;
    }

    /// <summary>After slices were reopened: what others remember no longer holds.</summary>
    public async Task MarkAsync(Guid batchId, CancellationToken cancellationToken)
    {
        await tables.UpdateAsync(
            new UpdateItemRequest
            {
                TableName = tables.Runs,
                Key = Attributes.Key(PartitionOf(batchId), MarkSortKey),
                UpdateExpression = $"ADD {Marks} :one SET {Attributes.TimeToLive} = :expiry",
                ExpressionAttributeValues = new() { [":one"] = Attributes.Number(1), [":expiry"] = tables.Expiry },
            },
            cancellationToken);
        _tallies.TryRemove(batchId, out _);
    }

    public async Task DeleteAsync(Guid batchId, CancellationToken cancellationToken)
    {
        await tables.DeleteAsync(
            new(tables.Runs, Attributes.Key(PartitionOf(batchId), MarkSortKey)), cancellationToken);
        _tallies.TryRemove(batchId, out _);
    }

    private static string PartitionOf(Guid batchId) => $"LEDGER#{batchId:N}";

    private void Remember(Guid batchId, Tally tally)
    {
        if (_tallies.Count > MaxRemembered)
            _tallies.Clear();
        _tallies[batchId] = tally;
    }

    private sealed record Tally(long Marks, RowSet SettledSlices, int Highest, LedgerSums Settled);
}
