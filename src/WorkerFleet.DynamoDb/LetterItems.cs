using System.Globalization;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.DeadLetters;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Items;
using WorkerFleet.Messaging;

namespace WorkerFleet.DynamoDb;

/// <summary>Dead letters as records.</summary>
internal static class LetterItems
{
    /// <summary>Keys that the letters of a batch are spread over.</summary>
    public const int Shards = 8;

    public const string State = "letterState";
    public const string Group = "cause";
    public const string Round = "rnd";
    public const string FailedAt = "failedAt";

    public static string PartitionOf(Guid batchId, long index) => PartitionOf(batchId, (int)(index % Shards));

    public static string PartitionOf(Guid batchId, int shard) => $"LETTERS#{batchId:N}#{shard}";

    /// <summary>Sorts by row, then by round.</summary>
    public static string SortKeyOf(long index, int round) =>
        string.Create(CultureInfo.InvariantCulture, $"{index:D19}#{round:D9}");

    public static Insert InsertOf(DeadLetter letter, DynamoTables tables)
    {
        var item = Attributes.Key(PartitionOf(letter.BatchId, letter.Index), SortKeyOf(letter.Index, letter.Round));
        item[State] = Attributes.Number((int)letter.State);
        item[Group] = Attributes.Text(letter.Group);
        item[Round] = Attributes.Number(letter.Round);
        item[FailedAt] = Attributes.Instant(letter.FailedAt);
        item["agent"] = Attributes.Text(letter.Agent);
        item["session"] = Attributes.Text(letter.SessionId);
        item["attempts"] = Attributes.Number(letter.Attempts);
        item["failure"] = Attributes.Text(JsonSerializer.Serialize(letter.Failure, FleetJson.Options));
        item[Attributes.TimeToLive] = tables.Expiry;
        if (letter.ItemId is { } itemId)
            item["itemId"] = Attributes.Text(itemId);
        return new Insert(tables.Runs, item);
    }

    public static DeadLetter Read(Guid batchId, Dictionary<string, AttributeValue> item) => new(
        batchId,
        IndexOf(item),
        (int)item.ReadNumber(Round),
        item.ReadTextOrNull("itemId"),
        item.ReadText("agent"),
        item.ReadText("session"),
        item.ReadText(Group),
        JsonSerializer.Deserialize<ItemFailure>(item.ReadText("failure"), FleetJson.Options)!,
        (int)item.ReadNumber("attempts"),
        item.ReadInstant(FailedAt),
        (DeadLetterState)item.ReadNumber(State));

    public static long IndexOf(Dictionary<string, AttributeValue> item) =>
        long.Parse(item.ReadText(Attributes.SortKey).AsSpan(0, 19), CultureInfo.InvariantCulture);
}
