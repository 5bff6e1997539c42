using System.Buffers.Binary;
using System.Globalization;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.Agents;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.DynamoDb.Ledger;

/// <summary>The record of a slice as it is stored, and the names of its attributes.</summary>
internal sealed class SliceItem
{
    public const string SortKey = "SLICE";

    /// <summary>Set of the pending rows' places: one byte each, two from 256 on.</summary>
    public const string PendingRows = "p";

    /// <summary>References to the blocks that hold outcomes, in the order of their writes.</summary>
    public const string Blocks = "b";

    /// <summary>The highest round that any row was settled in or reopened for.</summary>
    public const string Round = "rnd";

    /// <summary>One more with every change, for changes that depend on what was read.</summary>
    public const string Version = "ver";

    /// <summary>What is to be known of reopened rows: place, round and attempts of each.</summary>
    public const string Reopened = "reo";

    /// <summary>Tokens that its rows' models read, and wrote, and what the rows cost in nano-dollars.</summary>
    public const string InputTokens = "tin";

    /// <inheritdoc cref="InputTokens"/>
    public const string OutputTokens = "tout";

    /// <inheritdoc cref="InputTokens"/>
    public const string CostNanos = "usd";

    /// <summary>Set while the slice is being deleted.</summary>
    public const string Gone = "gone";

    private const string RowCount = "n";
    private const string Source = "src";
    private const int ReopenedBytes = 12;

    private SliceItem(Slice slice, Dictionary<string, AttributeValue> item)
    {
        Slice = slice;
        MaxRound = (int)item.ReadNumber(Round);
        StoredVersion = item.ReadNumber(Version);
        IsGone = item.ContainsKey(Gone);
        ExpiresAt = item.TryGetValue(Attributes.TimeToLive, out var expiry)
            ? Attributes.ReadSeconds(expiry)
            : DateTimeOffset.MaxValue;
        Writer = item.ReadTextOrNull(Attributes.Writer);
        References = item.TryGetValue(Blocks, out var blocks)
            ? [.. (blocks.L ?? []).Select(reference => BlockReference.Read(reference.B.ToArray()))]
            : [];
        ReopenedRows = ReadReopened(item.ReadBytesOrNull(Reopened));
    }

    public Slice Slice { get; }

    public int MaxRound { get; }

    public long StoredVersion { get; }

    public bool IsGone { get; }

    public string? Writer { get; }

    public DateTimeOffset ExpiresAt { get; }

    public IReadOnlyList<BlockReference> References { get; }

    /// <summary>By place. Of rows that have settled since, too.</summary>
    public IReadOnlyDictionary<int, (int Round, int Attempts)> ReopenedRows { get; }

    public static string PartitionOf(Guid batchId, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"SLICE#{batchId:N}#{number:D7}");

    public static (string Partition, string Sort) KeyOf(Guid batchId, int number) =>
        (PartitionOf(batchId, number), SortKey);

    public static string CountName(ItemState state) => state switch
    {
        ItemState.Succeeded => "ok",
        ItemState.Failed => "bad",
        ItemState.Rejected => "rej",
        ItemState.Cancelled => "can",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    public static MemoryStream PlaceBytes(int place) => new(
        place < 256 ? [(byte)place] : [(byte)(place >> 8), (byte)place], writable: false);

    /// <returns>Place of the row in the slice; null when it is in another one.</returns>
    public int? PlaceOf(long index) =>
        index >= Slice.FirstIndex && index < Slice.FirstIndex + Slice.Count ? (int)(index - Slice.FirstIndex) : null;

    /// <returns>The block with the row's newest outcome; null when there is none.</returns>
    public BlockReference? BlockOf(int place) => References.LastOrDefault(reference => reference.Places.Contains(place));

    public SettleResult Result(SettleOutcome outcome) => new(outcome, (int)Slice.Counts.Pending, Slice.Count);

    public static Dictionary<string, AttributeValue> Create(
        Slice slice, IReadOnlyList<Settlement> settled, IReadOnlyList<BlockReference> blocks,
        AttributeValue expiry)
    {
        var item = Attributes.Key(PartitionOf(slice.BatchId, slice.Number), SortKey);
        item[Source] = Attributes.Text(string.Create(CultureInfo.InvariantCulture,
            $"{slice.Start.Index},{slice.Start.ByteOffset},{slice.Start.Line},{slice.End.Index},{slice.End.ByteOffset},{slice.End.Line}"));
        item[RowCount] = Attributes.Number(slice.Count);
        item[Version] = Attributes.Number(1);
        item[Attributes.TimeToLive] = expiry;
        item[Attributes.Writer] = Attributes.Text(Attributes.NewWriter());
        var pending = RowSet.Full(slice.Count);
        foreach (var settlement in settled)
            pending.Remove((int)(settlement.Index - slice.FirstIndex));
        if (!pending.IsEmpty)
            item[PendingRows] = new() { BS = [.. pending.Numbers().Select(PlaceBytes)] };
        foreach (var group in settled.GroupBy(settlement => settlement.State))
            item[CountName(group.Key)] = Attributes.Number(group.Count());
        if (settled.Count > 0 && settled.Max(settlement => settlement.Round) is > 0 and var round)
            item[Round] = Attributes.Number(round);
        if (blocks.Count > 0)
            item[Blocks] = new() { L = [.. blocks.Select(block => Attributes.Bytes(block.ToBytes()))] };
        return item;
    }

    public static SliceItem Read(Dictionary<string, AttributeValue> item)
    {
        var key = item.ReadText(Attributes.PartitionKey).Split('#');
        var source = item.ReadText(Source).Split(',')
            .Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var pending = new RowSet();
        if (item.TryGetValue(PendingRows, out var places))
            foreach (var place in places.BS ?? [])
                pending.Add(ReadPlace(place));
        var count = (int)item.ReadNumber(RowCount);
        long Count(ItemState state) => item.ReadNumber(CountName(state));
        var slice = new Slice(
            Guid.ParseExact(key[1], "N"), int.Parse(key[2], CultureInfo.InvariantCulture),
            new(source[0], source[1], source[2]), new(source[3], source[4], source[5]), count, pending,
            new(pending.Count, Count(ItemState.Succeeded), Count(ItemState.Failed), Count(ItemState.Rejected),
                Count(ItemState.Cancelled)),
            AgentUsage.FromNanos(
                item.ReadNumber(InputTokens), item.ReadNumber(OutputTokens), item.ReadNumber(CostNanos)));
        return new(slice, item);
    }

    public static byte[] WriteReopened(IReadOnlyDictionary<int, (int Round, int Attempts)> rows)
    {
        var bytes = new byte[rows.Count * ReopenedBytes];
        var rest = bytes.AsSpan();
        foreach (var (place, (round, attempts)) in rows)
        {
            BinaryPrimitives.WriteInt32BigEndian(rest, place);
            BinaryPrimitives.WriteInt32BigEndian(rest[4..], round);
            BinaryPrimitives.WriteInt32BigEndian(rest[8..], attempts);
            rest = rest[ReopenedBytes..];
        }

        return bytes;
    }

    private static Dictionary<int, (int Round, int Attempts)> ReadReopened(byte[]? bytes)
    {
        var rows = new Dictionary<int, (int, int)>();
        for (var rest = bytes.AsSpan(); rest.Length > 0; rest = rest[ReopenedBytes..])
            rows[BinaryPrimitives.ReadInt32BigEndian(rest)] =
                (BinaryPrimitives.ReadInt32BigEndian(rest[4..]), BinaryPrimitives.ReadInt32BigEndian(rest[8..]));
        return rows;
    }

    private static int ReadPlace(MemoryStream place)
    {
        var bytes = place.ToArray();
        return bytes.Length == 1 ? bytes[0] : (bytes[0] << 8) | bytes[1];
    }
}
