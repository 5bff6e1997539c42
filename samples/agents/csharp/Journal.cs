using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace SampleAgent;

/// <summary>Events of sessions in the fleet's journal, a table of DynamoDB; docs/dynamodb.md has its layout.</summary>
public sealed class Journal(string table, TimeProvider time)
{
    private const int MaxMessageLength = 2_000;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>
    /// Made with the first event, since most modes need no table. Throttling and lost connections are tried again, with
    /// backoff: an event that is lost costs the task its deadline.
    /// </summary>
    private readonly Lazy<AmazonDynamoDBClient> _client = new(() => new(new AmazonDynamoDBConfig { MaxErrorRetry = 10 }));

    /// <param name="session">That the agent was called with.</param>
    /// <param name="status">The event's name.</param>
    /// <param name="output">JSON.</param>
    /// <param name="errorMessage">Why the task failed.</param>
    /// <param name="retryable">Whether another attempt could help.</param>
    public async Task AppendAsync(
        string session, string status, string? output = null, string? errorMessage = null, bool? retryable = null)
    {
        var now = time.GetUtcNow();
        var createdAt = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        // Follows from the session: what is random may repeat itself between sessions that are restored from one snapshot.
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{session}#{status}")))[..32];
        var item = new Dictionary<string, AttributeValue>
        {
            ["PK"] = new() { S = $"SESSION#{session}" },
            ["SK"] = new() { S = $"EVENT#{createdAt}#{id}" },
            ["sessionId"] = new() { S = session },
            ["eventId"] = new() { S = id },
            ["status"] = new() { S = status },
            ["createdAt"] = new() { S = createdAt },
            ["ttlSeconds"] = new() { N = (now + Kept).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) },
        };
        if (output is not null)
            item["output"] = new() { S = output };
        if (errorMessage is not null)
            item["errorMessage"] = new() { S = errorMessage[..Math.Min(errorMessage.Length, MaxMessageLength)] };
        if (retryable is { } flag)
            item["retryable"] = new() { BOOL = flag };
        try
        {
            await _client.Value.PutItemAsync(new PutItemRequest(table, item) { ConditionExpression = "attribute_not_exists(PK)" });
        }
        catch (ConditionalCheckFailedException)
        {
            // It was written, and only the answer was lost.
        }
    }
}
