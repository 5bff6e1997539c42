using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.Completions;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.DynamoDb.Tables;
using WorkerFleet.Journal;

namespace WorkerFleet.DynamoDb;

/// <summary>The events that agents write into the journal's table, by the index on their name.</summary>
internal sealed class DynamoCompletionFeed(DynamoTables tables, BatchReads reads) : ICompletionFeed
{
    /// <summary>As agents write it, so that text sorts as time does.</summary>
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public async IAsyncEnumerable<AgentEvent> ReadAsync(
        string status, DateTimeOffset from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new QueryRequest(tables.Journal)
        {
            IndexName = TableSchemas.StatusIndex,
            KeyConditionExpression = "#status = :status AND createdAt >= :from",
            ExpressionAttributeNames = new() { ["#status"] = "status" },
            ExpressionAttributeValues = new()
            {
                [":status"] = Attributes.Text(status),
                [":from"] = Attributes.Text(from.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)),
            },
        };
        await foreach (var item in reads.QueryAsync(query, cancellationToken))
            yield return Read(item);
    }

    public async Task<AgentEvent?> FindAsync(string session, CancellationToken cancellationToken)
    {
        var query = BatchReads.Under(
            tables.Journal, JournalItems.PartitionOf(session), JournalItems.SortPrefix, consistent: true);
        await foreach (var item in reads.QueryAsync(query, cancellationToken))
            if (item.ReadTextOrNull("status")
                is JournalStatus.BackgroundTaskCompleted or JournalStatus.BackgroundTaskFailed)
                return Read(item);
        return null;
    }

    private static AgentEvent Read(Dictionary<string, AttributeValue> item) => new()
    {
        SessionId = item.ReadText(Attributes.PartitionKey)[JournalItems.PartitionOf("").Length..],
        Status = item.ReadTextOrNull("status"),
        CreatedAt = DateTimeOffset.TryParse(
            item.ReadTextOrNull("createdAt"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : null,
        ErrorMessage = item.ReadTextOrNull("errorMessage"),
        Output = item.ReadTextOrNull("output") is { } output ? JsonOf(output) : null,
        Usage = item.ReadTextOrNull("usage") is { } usage ? JsonOf(usage) : null,
        Retryable = item.TryGetValue("retryable", out var retryable) ? retryable.BOOL : null,
    };

    /// <summary>The attribute is text: JSON, or what is to be a JSON string.</summary>
    private static JsonElement JsonOf(string output)
    {
        try
        {
            return JsonElement.Parse(output);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(output);
        }
    }
}
