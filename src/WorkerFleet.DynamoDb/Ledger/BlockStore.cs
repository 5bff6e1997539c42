using System.Globalization;
using WorkerFleet.Blobs;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Storage;

namespace WorkerFleet.DynamoDb.Ledger;

/// <summary>Reads and writes blocks of outcomes. A block never changes, so what was read once need not be read again.</summary>
internal sealed class BlockStore(DynamoTables tables, BatchReads reads, IBlobStore blobs)
{
    /// <summary>Outputs above, in bytes, go to the blob store.</summary>
    public const int LargeOutput = 200 * 1024;

    /// <summary>Most bytes of outcomes in one block: less than a record's limit, even where nothing can be compressed.</summary>
    public const int MaxBytes = 300 * 1024;

    /// <summary>What an outcome takes beside its output and the message of its failure.</summary>
    private const int RecordBytes = 1_024;

    private const string Data = "data";

    /// <summary>Pages of a reader overlap within a slice; more than that is not remembered. In bytes.</summary>
    private const long CacheBytes = 32L * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Partition, long Id), List<StoredOutcome>> _cached = [];
    private readonly Queue<((string Partition, long Id) Key, long Bytes)> _order = new();
    private long _cachedBytes;

    public static string BlobPrefix(Guid batchId) => $"outcomes/{batchId:N}/";

    /// <summary>Bytes that an outcome takes of a block, at most.</summary>
    public static int SizeOf(ItemFailure? failure, int outputBytes) =>
        RecordBytes + outputBytes + (6 * (failure?.Message.Length ?? 0));

    /// <summary>Puts large outputs into blobs, each of a name of its own: a repeat may have another output.</summary>
    public async Task<StoredOutcome> StoreAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        if (settlement.Output.Length <= LargeOutput)
            return new(OutcomeRecord.Of(settlement, outputBlob: null), settlement.Output);
        var name = string.Create(CultureInfo.InvariantCulture,
            $"{BlobPrefix(settlement.BatchId)}{settlement.Index:D10}-{Convert.ToHexStringLower(Attributes.RandomBytes(6))}");
        using var content = new MemoryStream(settlement.Output.ToArray(), writable: false);
        await blobs.PutAsync(name, content, cancellationToken);
        return new(OutcomeRecord.Of(settlement, name), default);
    }

    public Insert InsertOf(string partition, BlockReference block, IEnumerable<StoredOutcome> outcomes)
    {
        var item = Attributes.Key(partition, block.SortKey);
        item[Data] = Attributes.Bytes(BlockContent.Write(outcomes));
        item[Attributes.TimeToLive] = tables.Expiry;
        return new Insert(tables.Runs, item);
    }

    /// <summary>The newest outcomes of some settled rows, by place. A row without one is left out.</summary>
    public async Task<Dictionary<int, StoredOutcome>> ReadAsync(
        SliceItem slice, IReadOnlyCollection<int> places, CancellationToken cancellationToken)
    {
        var blocks = new Dictionary<long, List<int>>();
        foreach (var place in places)
            if (slice.BlockOf(place) is { } block)
                if (blocks.TryGetValue(block.Id, out var rows))
                    rows.Add(place);
                else
                    blocks[block.Id] = [place];
        var partition = SliceItem.PartitionOf(slice.Slice.BatchId, slice.Slice.Number);
        var read = await ReadAsync(partition, blocks.Keys, cancellationToken);
        var outcomes = new Dictionary<int, StoredOutcome>(places.Count);
        foreach (var (id, rows) in blocks)
            if (read.GetValueOrDefault(id) is { } block)
                foreach (var place in rows)
                    outcomes[place] = block.Find(outcome => outcome.Record.Row == slice.Slice.FirstIndex + place);
        return outcomes;
    }

    public async Task<Settlement> ToSettlementAsync(
        StoredOutcome outcome, Slice slice, CancellationToken cancellationToken)
    {
        var output = outcome.Output;
        if (outcome.Record.OutputBlob is { } name)
        {
            try
            {
                await using var blob = await blobs.OpenReadAsync(name, 0, cancellationToken);
                using var content = new MemoryStream();
                await blob.CopyToAsync(content, cancellationToken);
                output = content.ToArray();
            }
            catch (FileNotFoundException exception)
            {
                throw new StoreException(
                    StoreFault.Corrupt, $"The output of row {outcome.Record.Row} is gone: there is no blob '{name}'.", exception);
            }
        }

        return outcome.Record.ToSettlement(slice.BatchId, slice.Number, output);
    }

    private async Task<Dictionary<long, List<StoredOutcome>>> ReadAsync(
        string partition, IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        var blocks = new Dictionary<long, List<StoredOutcome>>();
        lock (_lock)
        {
            foreach (var id in ids)
                if (_cached.TryGetValue((partition, id), out var cached))
                    blocks[id] = cached;
        }

        // At half the price of a consistent read; what such a read does not see yet is read consistently.
        foreach (var consistent in new[] { false, true })
        {
            var missing = ids.Where(id => !blocks.ContainsKey(id)).ToDictionary(BlockReference.SortKeyOf);
            foreach (var item in await reads.GetAsync(
                tables.Runs, missing.Keys.Select(sort => (partition, sort)), consistent, cancellationToken))
            {
                var id = missing[item.ReadText(Attributes.SortKey)];
                blocks[id] = BlockContent.Read(item.ReadBytesOrNull(Data) ?? []);
                Remember((partition, id), blocks[id]);
            }
        }

        return blocks;
    }

    private void Remember((string Partition, long Id) key, List<StoredOutcome> block)
    {
        var bytes = block.Sum(outcome => 512L + outcome.Output.Length);
        lock (_lock)
        {
            if (!_cached.TryAdd(key, block))
                return;
            _order.Enqueue((key, bytes));
            _cachedBytes += bytes;
            while (_cachedBytes > CacheBytes && _order.TryDequeue(out var oldest))
            {
                _cached.Remove(oldest.Key);
                _cachedBytes -= oldest.Bytes;
            }
        }
    }
}
