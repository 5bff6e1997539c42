using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Storage;

namespace WorkerFleet.DynamoDb.Tables;

/// <summary>
/// Tries what a process of the fleet does with the tables, by one record of its own that it deletes: the only way to know
/// what a role may, since it may hardly ever read its own policies.
/// </summary>
public sealed class TablePermissions(DynamoDbOptions options, TimeProvider time) : IDisposable
{
    private const string SortKey = "PROBE";

    private readonly DynamoTables _tables = new(options, time);

    /// <summary>Each action once, also behind one that is refused.</summary>
    public async Task<IReadOnlyList<TableAction>> TryAsync(CancellationToken cancellationToken)
    {
        var key = Attributes.Key($"DOCTOR#{Guid.CreateVersion7(time.GetUtcNow()):N}", SortKey);
        var record = new Dictionary<string, AttributeValue>(key)
        {
            // Should it not be deleted, it expires.
            [Attributes.TimeToLive] = Attributes.Seconds(time.GetUtcNow() + TimeSpan.FromHours(1)),
        };
        var (runs, journal) = (options.RunsTable, options.JournalTable);
        return
        [
            await TryAsync("PartiQLInsert", runs, (client, token) => InsertAsync(client, runs, record, token), cancellationToken),
            await TryAsync("PutItem", runs, (client, token) => client.PutItemAsync(runs, record, token), cancellationToken),
            await TryAsync("UpdateItem", runs, (client, token) => client.UpdateItemAsync(Touch(runs, key), token), cancellationToken),
            await TryAsync("GetItem", runs, (client, token) => client.GetItemAsync(runs, key, token), cancellationToken),
            await TryAsync("BatchGetItem", runs, (client, token) => client.BatchGetItemAsync(Get(runs, key), token), cancellationToken),
            await TryAsync("Query", runs, (client, token) => client.QueryAsync(Under(runs, key), token), cancellationToken),
            await TryAsync("Query", $"{runs}/index/{TableSchemas.DueIndex}",
                (client, token) => client.QueryAsync(Due(runs), token), cancellationToken),
            await TryAsync("BatchWriteItem", runs,
                (client, token) => client.BatchWriteItemAsync(Delete(runs, key), token), cancellationToken),
            await TryAsync("DeleteItem", runs, (client, token) => client.DeleteItemAsync(runs, key, token), cancellationToken),
            await TryAsync("GetItem", journal, (client, token) => client.GetItemAsync(journal, key, token), cancellationToken),
            await TryAsync("BatchGetItem", journal,
                (client, token) => client.BatchGetItemAsync(Get(journal, key), token), cancellationToken),
            await TryAsync("Query", journal, (client, token) => client.QueryAsync(Under(journal, key), token), cancellationToken),
            await TryAsync("BatchWriteItem", journal,
                (client, token) => client.BatchWriteItemAsync(Delete(journal, key), token), cancellationToken),
        ];
    }

    public void Dispose() => _tables.Dispose();

    private async Task<TableAction> TryAsync<T>(
        string operation, string resource, Func<IAmazonDynamoDB, CancellationToken, Task<T>> send,
        CancellationToken cancellationToken)
    {
        var action = $"dynamodb:{operation}";
        try
        {
            await _tables.ManageAsync(operation, resource, send, cancellationToken);
            return new(action, resource, null);
        }
        catch (StoreException exception)
        {
            return new(action, resource, exception);
        }
    }

    /// <summary>A statement that is refused is a part of the answer.</summary>
    private static async Task<BatchExecuteStatementResponse> InsertAsync(
        IAmazonDynamoDB client, string table, Dictionary<string, AttributeValue> record, CancellationToken cancellationToken)
    {
        var answer = await client.BatchExecuteStatementAsync(
            new BatchExecuteStatementRequest
            {
                Statements =
                [
                    new()
                    {
                        Statement = $"INSERT INTO \"{table}\" VALUE {{'PK': ?, 'SK': ?, '{Attributes.TimeToLive}': ?}}",
                        Parameters =
                        [
                            record[Attributes.PartitionKey], record[Attributes.SortKey], record[Attributes.TimeToLive],
                        ],
                    },
                ],
            },
            cancellationToken);
        return answer.Responses?.FirstOrDefault()?.Error is { } error
            ? throw new AmazonDynamoDBException(error.Message)
            {
                ErrorCode = error.Code == BatchStatementErrorCodeEnum.AccessDenied ? "AccessDeniedException" : error.Code?.Value,
            }
            : answer;
    }

    private static UpdateItemRequest Touch(string table, Dictionary<string, AttributeValue> key) => new()
    {
        TableName = table,
        Key = key,
        UpdateExpression = "SET probed = :yes",
        ExpressionAttributeValues = new() { [":yes"] = Attributes.Number(1) },
    };

    private static BatchGetItemRequest Get(string table, Dictionary<string, AttributeValue> key) =>
        new() { RequestItems = new() { [table] = new() { Keys = [key] } } };

    private static BatchWriteItemRequest Delete(string table, Dictionary<string, AttributeValue> key) =>
        new() { RequestItems = new() { [table] = [new(new DeleteRequest(key))] } };

    private static QueryRequest Under(string table, Dictionary<string, AttributeValue> key) => new(table)
    {
        KeyConditionExpression = "PK = :pk",
        ExpressionAttributeValues = new() { [":pk"] = key[Attributes.PartitionKey] },
        Limit = 1,
    };

    private static QueryRequest Due(string table) => new(table)
    {
        IndexName = TableSchemas.DueIndex,
        KeyConditionExpression = "duePk = :pk",
        ExpressionAttributeValues = new() { [":pk"] = Attributes.Text(ScheduleItems.DueShard(0)) },
        Limit = 1,
    };
}
