using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.Access;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Messaging;

namespace WorkerFleet.DynamoDb;

/// <summary>
/// Keys of the HTTP API in the cloud store: a record each under one key, which an API reads every few seconds while
/// it is used. They are read consistently, so that a key that was taken back is refused then.
/// </summary>
internal sealed class DynamoApiKeys(DynamoTables tables, BatchReads reads) : IApiKeys
{
    private const string Partition = "APIKEYS";
    private const string Record = "record";
    private const string Revoked = "revoked";
    private const string Exists = "attribute_exists(PK)";

    public async Task<bool> AddAsync(ApiKey key, CancellationToken cancellationToken)
    {
        var writer = Attributes.NewWriter();
        var update = new UpdateItemRequest
        {
            TableName = tables.Runs,
            Key = Attributes.Key(Partition, key.Id),
            // A repeat whose first answer was lost meets its own write.
            ConditionExpression = "attribute_not_exists(PK) OR w = :writer",
            UpdateExpression = "SET #record = :record, w = :writer",
            ExpressionAttributeNames = new() { ["#record"] = Record },
            ExpressionAttributeValues = new()
            {
                [":record"] =
                    Attributes.Text(JsonSerializer.Serialize(key with { RevokedAt = null }, FleetJson.Options)),
                [":writer"] = Attributes.Text(writer),
            },
        };
        if (key.RevokedAt is { } at)
        {
            update.UpdateExpression += $", {Revoked} = :revoked";
            update.ExpressionAttributeValues[":revoked"] = Attributes.Instant(at);
        }

        return await TryAsync(update, cancellationToken);
    }

    public async Task<ApiKey?> FindAsync(string id, CancellationToken cancellationToken) =>
        await tables.GetAsync(tables.Runs, Partition, id, cancellationToken) is { } item ? Read(item) : null;

    public async Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken)
    {
        var keys = new List<ApiKey>();
        var query = BatchReads.Under(tables.Runs, Partition, "", consistent: true);
        await foreach (var item in reads.QueryAsync(query, cancellationToken))
            keys.Add(Read(item));
        return keys;
    }

    public Task<bool> RevokeAsync(string id, DateTimeOffset at, CancellationToken cancellationToken) => TryAsync(
        new UpdateItemRequest
        {
            TableName = tables.Runs,
            Key = Attributes.Key(Partition, id),
            ConditionExpression = Exists,
            UpdateExpression = $"SET {Revoked} = if_not_exists({Revoked}, :revoked)",
            ExpressionAttributeValues = new() { [":revoked"] = Attributes.Instant(at) },
        },
        cancellationToken);

    public Task RemoveAsync(string id, CancellationToken cancellationToken) =>
        tables.DeleteAsync(new(tables.Runs, Attributes.Key(Partition, id)), cancellationToken);

    private async Task<bool> TryAsync(UpdateItemRequest update, CancellationToken cancellationToken)
    {
        try
        {
            await tables.UpdateAsync(update, cancellationToken);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }

    private static ApiKey Read(Dictionary<string, AttributeValue> item) =>
        JsonSerializer.Deserialize<ApiKey>(item.ReadText(Record), FleetJson.Options)! with
        {
            RevokedAt = item.ContainsKey(Revoked) ? item.ReadInstant(Revoked) : null,
        };
}
