using System.Collections.Concurrent;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.DeadLetters;
using WorkerFleet.DynamoDb.Client;

namespace WorkerFleet.DynamoDb;

/// <summary>The dead letters in the cloud store. Those of a batch are spread over a few keys and merged when they are read.</summary>
internal sealed class DynamoDeadLetters(
    DynamoTables tables, BatchInserts inserts, BatchReads reads, BatchDeletes deletes) : IDeadLetters
{
    /// <summary>Under this key stands which batches have letters.</summary>
    private const string BatchesPartition = "LETTERS";

    private const int Together = 16;
    private const int PageSize = 1_000;
    private const int MaxKnown = 10_000;

    private readonly ConcurrentDictionary<Guid, byte> _known = new();

    public async Task AddAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        // Before the letters, so that none is where nobody looks for it; once for each batch and process.
        foreach (var batchId in letters.Select(letter => letter.BatchId).Distinct())
            if (!_known.ContainsKey(batchId))
            {
                var entry = Attributes.Key(BatchesPartition, batchId.ToString("N"));
                entry[Attributes.TimeToLive] = tables.Expiry;
                await tables.PutAsync(new(tables.Runs, entry), cancellationToken);
                if (_known.Count > MaxKnown)
                    _known.Clear();
                _known[batchId] = 0;
            }

        await inserts.InsertAsync(
            [.. letters.DistinctBy(letter => (letter.BatchId, letter.Index, letter.Round))
                .Select(letter => LetterItems.InsertOf(letter, tables))],
            cancellationToken);
    }

    public async Task<IReadOnlyList<DeadLetter>> ReadAsync(DeadLetterQuery query, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 10_000);
        var letters = new List<DeadLetter>();
        await foreach (var batchId in BatchesAsync(query.BatchId, cancellationToken))
        {
            var (after, upTo) = query.BatchId is null ? (-1, long.MaxValue) : (query.AfterIndex, query.UpToIndex);
            await foreach (var item in MergeAsync(batchId, after, upTo, query, cancellationToken))
            {
                letters.Add(LetterItems.Read(batchId, item));
                if (letters.Count == query.Limit)
                    return letters;
            }
        }

        return letters;
    }

    public async Task<IReadOnlyList<DeadLetterGroup>> ReadGroupsAsync(
        Guid? batchId, int limit, CancellationToken cancellationToken)
    {
        var tally = new CauseTally();
        var open = new DeadLetterQuery(State: DeadLetterState.Open);
        await foreach (var batch in BatchesAsync(batchId, cancellationToken))
            await foreach (var item in MergeAsync(batch, after: -1, long.MaxValue, open, cancellationToken))
                tally.Add(batch, item);
        return tally.MostFrequent(limit);
    }

    public Task MarkReplayedAsync(
        Guid batchId, IReadOnlyList<long> indexes, int round, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            indexes, new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = cancellationToken },
            async (index, token) =>
            {
                var query = new QueryRequest(tables.Runs)
                {
                    KeyConditionExpression = "PK = :pk AND SK BETWEEN :first AND :last",
                    FilterExpression = $"{LetterItems.State} <> :replayed AND {LetterItems.Round} < :round",
                    ExpressionAttributeValues = new()
                    {
                        [":pk"] = Attributes.Text(LetterItems.PartitionOf(batchId, index)),
                        [":first"] = Attributes.Text(LetterItems.SortKeyOf(index, 0)),
                        [":last"] = Attributes.Text(LetterItems.SortKeyOf(index, round)),
                        [":replayed"] = Attributes.Number((int)DeadLetterState.Replayed),
                        [":round"] = Attributes.Number(round),
                    },
                    ConsistentRead = true,
                };
                await foreach (var item in reads.QueryAsync(query, token))
                    await SetStateAsync(item, DeadLetterState.Replayed, null, token);
            });

    public async Task<int> MoveAsync(
        IReadOnlyList<DeadLetter> letters, DeadLetterState state, CancellationToken cancellationToken)
    {
        var moved = 0;
        await Parallel.ForEachAsync(
            letters, new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = cancellationToken },
            async (letter, token) =>
            {
                var key = Attributes.Key(
                    LetterItems.PartitionOf(letter.BatchId, letter.Index),
                    LetterItems.SortKeyOf(letter.Index, letter.Round));
                if (await SetStateAsync(key, state, letter.State, token))
                    Interlocked.Increment(ref moved);
            });
        return moved;
    }

    public async Task DeleteBatchAsync(Guid batchId, CancellationToken cancellationToken)
    {
        for (var shard = 0; shard < LetterItems.Shards; shard++)
            await deletes.DeleteAllAsync(
                BatchReads.Under(tables.Runs, LetterItems.PartitionOf(batchId, shard), "", consistent: true),
                cancellationToken);
        await tables.DeleteAsync(
            new(tables.Runs, Attributes.Key(BatchesPartition, batchId.ToString("N"))), cancellationToken);
        _known.TryRemove(batchId, out _);
    }

    /// <param name="item">Its key.</param>
    /// <param name="state">What it becomes.</param>
    /// <param name="from">Only from this state; null: from any.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Whether it was there, in that state.</returns>
    private async Task<bool> SetStateAsync(
        Dictionary<string, AttributeValue> item, DeadLetterState state, DeadLetterState? from,
        CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, AttributeValue> { [":state"] = Attributes.Number((int)state) };
        if (from is { } only)
            values[":from"] = Attributes.Number((int)only);
        try
        {
            await tables.UpdateAsync(
                new UpdateItemRequest
                {
                    TableName = tables.Runs,
                    Key = Attributes.Key(
                        item.ReadText(Attributes.PartitionKey), item.ReadText(Attributes.SortKey)),
                    UpdateExpression = $"SET {LetterItems.State} = :state",
                    ConditionExpression = from is null ? "attribute_exists(PK)" : $"{LetterItems.State} = :from",
                    ExpressionAttributeValues = values,
                },
                cancellationToken);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            // It was deleted, or moved, in this moment.
            return false;
        }
    }

    private async IAsyncEnumerable<Guid> BatchesAsync(
        Guid? only, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (only is { } batchId)
        {
            yield return batchId;
            yield break;
        }

        await foreach (var item in reads.QueryAsync(
            BatchReads.Under(tables.Runs, BatchesPartition, "", consistent: true), cancellationToken))
            yield return Guid.ParseExact(item.ReadText(Attributes.SortKey), "N");
    }

    /// <summary>The letters of a batch by row and round: its keys are read beside one another, page by page, and merged.</summary>
    private async IAsyncEnumerable<Dictionary<string, AttributeValue>> MergeAsync(
        Guid batchId, long after, long upTo, DeadLetterQuery query,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (after >= upTo)
            yield break;
        // One row is under one key.
        var partitions = after == upTo - 1
            ? [LetterItems.PartitionOf(batchId, upTo)]
            : Enumerable.Range(0, LetterItems.Shards).Select(shard => LetterItems.PartitionOf(batchId, shard));
        var shards = partitions
            .Select(partition => reads.QueryAsync(QueryOf(partition, after, upTo, query), cancellationToken)
                .GetAsyncEnumerator(cancellationToken))
            .ToList();
        try
        {
            var next = new PriorityQueue<IAsyncEnumerator<Dictionary<string, AttributeValue>>, string>(StringComparer.Ordinal);
            var has = await Task.WhenAll(shards.Select(async shard => await shard.MoveNextAsync()));
            for (var i = 0; i < shards.Count; i++)
                if (has[i])
                    next.Enqueue(shards[i], shards[i].Current.ReadText(Attributes.SortKey));
            while (next.TryDequeue(out var shard, out _))
            {
                yield return shard.Current;
                if (await shard.MoveNextAsync())
                    next.Enqueue(shard, shard.Current.ReadText(Attributes.SortKey));
            }
        }
        finally
        {
            foreach (var shard in shards)
                await shard.DisposeAsync();
        }
    }

    private QueryRequest QueryOf(string partition, long after, long upTo, DeadLetterQuery query)
    {
        var request = new QueryRequest(tables.Runs)
        {
            KeyConditionExpression = "PK = :pk AND SK BETWEEN :after AND :last",
            ExpressionAttributeValues = new()
            {
                [":pk"] = Attributes.Text(partition),
                [":after"] = Attributes.Text(after < 0 ? "0" : BehindRow(after)),
                [":last"] = Attributes.Text(BehindRow(upTo)),
            },
            ConsistentRead = true,
            Limit = PageSize,
        };
        var filters = new List<string>();
        void Filter(string filter, string name, AttributeValue value)
        {
            filters.Add(filter);
            request.ExpressionAttributeValues[name] = value;
        }

        if (query.Group is { } group)
            Filter($"{LetterItems.Group} = :group", ":group", Attributes.Text(group));
        if (query.State is { } state)
            Filter($"{LetterItems.State} = :state", ":state", Attributes.Number((int)state));
        if (query.BeforeRound is { } round)
            Filter($"{LetterItems.Round} < :round", ":round", Attributes.Number(round));
        if (query.FiledBefore is { } before)
            Filter($"{LetterItems.FailedAt} < :before", ":before", Attributes.Instant(before));
        if (filters.Count > 0)
            request.FilterExpression = string.Join(" AND ", filters);
        return request;
    }

    /// <summary>':' follows the digits and '#': behind all rounds of that row.</summary>
    private static string BehindRow(long row) => LetterItems.SortKeyOf(row, 0)[..19] + ":";
}
