using System.Globalization;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Journal;

namespace WorkerFleet.DynamoDb;

/// <summary>Events as records, in the shape that fire-and-forget agents write theirs.</summary>
internal static class JournalItems
{
    public const string SortPrefix = "EVENT#";

    public static string PartitionOf(string sessionId) => $"SESSION#{sessionId}";

    /// <summary>
    /// The id stands where agents have the time and an id: ours sorts in the order of things, and is the same when the write
    /// is repeated. The time is in <c>at</c>, not in <c>createdAt</c>, so that our events are not in the index of agents'.
    /// </summary>
    public static Insert InsertOf(JournalEvent journalEvent, DynamoTables tables)
    {
        var item = Attributes.Key(PartitionOf(journalEvent.SessionId), SortPrefix + journalEvent.EventId);
        item["status"] = Attributes.Text(journalEvent.Status);
        item["at"] = Attributes.Text(journalEvent.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        item["attempt"] = Attributes.Number(journalEvent.Attempt);
        item[Attributes.TimeToLive] = tables.Expiry;
        if (journalEvent.WorkerId is { } worker)
            item["worker"] = Attributes.Text(worker);
        if (journalEvent.Detail is { } detail)
            item["detail"] = Attributes.Text(detail);
        return new Insert(tables.Journal, item);
    }

    /// <summary>Also of an agent's event, which has no attempt and its time in <c>createdAt</c>.</summary>
    public static JournalEvent Read(string sessionId, Dictionary<string, AttributeValue> item)
    {
        var at = item.ReadTextOrNull("at") ?? item.ReadTextOrNull("createdAt");
        return new(
            sessionId,
            item.ReadText(Attributes.SortKey)[SortPrefix.Length..],
            DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
                ? instant
                : default,
            item.ReadTextOrNull("status") ?? "",
            (int)item.ReadNumber("attempt"),
            item.ReadTextOrNull("worker"),
            item.ReadTextOrNull("detail") ?? item.ReadTextOrNull("errorMessage"));
    }
}
