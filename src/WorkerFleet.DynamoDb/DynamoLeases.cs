using Amazon.DynamoDBv2.Model;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Workers;

namespace WorkerFleet.DynamoDb;

/// <summary>The leases in the cloud store: a record each, taken and given back by conditional writes.</summary>
internal sealed class DynamoLeases(DynamoTables tables) : ILeases
{
    private const string SortKey = "LEASE";
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);

    public async Task<bool> TryTakeAsync(
        string name, string holder, DateTimeOffset now, TimeSpan duration, CancellationToken cancellationToken)
    {
        try
        {
            await tables.UpdateAsync(
                new UpdateItemRequest
                {
                    TableName = tables.Runs,
                    Key = Attributes.Key(PartitionOf(name), SortKey),
                    UpdateExpression = "SET #holder = :holder, #until = :until, ttlSeconds = :expiry",
                    ConditionExpression = "attribute_not_exists(PK) OR #holder = :holder OR #until <= :now",
                    ExpressionAttributeNames = new() { ["#holder"] = "holder", ["#until"] = "until" },
                    ExpressionAttributeValues = new()
                    {
                        [":holder"] = Attributes.Text(holder),
                        [":until"] = Attributes.Instant(now + duration),
                        [":now"] = Attributes.Instant(now),
                        [":expiry"] = Attributes.Seconds(now + duration + KeptFor),
                    },
                },
                cancellationToken);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }

    public async Task ReleaseAsync(string name, string holder, CancellationToken cancellationToken)
    {
        try
        {
            await tables.DeleteAsync(
                new DeleteItemRequest(tables.Runs, Attributes.Key(PartitionOf(name), SortKey))
                {
                    ConditionExpression = "#holder = :holder",
                    ExpressionAttributeNames = new() { ["#holder"] = "holder" },
                    ExpressionAttributeValues = new() { [":holder"] = Attributes.Text(holder) },
                },
                cancellationToken);
        }
        catch (ConditionalCheckFailedException)
        {
            // Another has it, or nobody.
        }
    }

    private static string PartitionOf(string name) => $"LEASE#{name}";
}
