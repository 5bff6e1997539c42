using System.Security.Cryptography;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using WorkerFleet.Storage;

namespace WorkerFleet.DynamoDb.Client;

/// <summary>
/// Sends requests: counts what they cost, repeats what may be repeated, with full jitter and within a limit, and turns the
/// rest into <see cref="StoreException"/>.
/// </summary>
internal sealed class DynamoTables(DynamoDbOptions options, TimeProvider time) : IDisposable
{
    private const int LeastDelayMs = 25;
    private const int MostDelayMs = 1_000;
    private const string AnyRegion = "us-east-1";

    private readonly IAmazonDynamoDB _client = options.Client ?? Create(options);

    public DynamoDbOptions Options => options;

    public TimeProvider Time => time;

    public string Runs => options.RunsTable;

    public string Journal => options.JournalTable;

    /// <summary>When a record that is written now may be deleted.</summary>
    public AttributeValue Expiry => Attributes.Seconds(time.GetUtcNow() + options.Retention);

    /// <summary>What no condition is checked on; the record it meets is replaced.</summary>
    public Task PutAsync(PutItemRequest request, CancellationToken cancellationToken) => SendAsync(
        "PutItem", request.TableName,
        (client, token) => client.PutItemAsync(request, token), answer => answer.ConsumedCapacity?.CapacityUnits,
        request.Item, cancellationToken);

    public Task<UpdateItemResponse> UpdateAsync(UpdateItemRequest request, CancellationToken cancellationToken)
    {
        request.ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL;
        return SendAsync(
            "UpdateItem", request.TableName,
            (client, token) => client.UpdateItemAsync(request, token), answer => answer.ConsumedCapacity?.CapacityUnits,
            null, cancellationToken);
    }

    public Task DeleteAsync(DeleteItemRequest request, CancellationToken cancellationToken)
    {
        request.ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL;
        return SendAsync(
            "DeleteItem", request.TableName,
            (client, token) => client.DeleteItemAsync(request, token), answer => answer.ConsumedCapacity?.CapacityUnits,
            null, cancellationToken);
    }

    public Task TransactAsync(TransactWriteItemsRequest request, CancellationToken cancellationToken)
    {
        request.ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL;
        // The same token with every repeat: DynamoDB then knows that it is one transaction.
        request.ClientRequestToken = Convert.ToHexString(Attributes.RandomBytes(16));
        return SendAsync(
            "TransactWriteItems", Runs, (client, token) => client.TransactWriteItemsAsync(request, token),
            answer => answer.ConsumedCapacity?.Sum(each => each.CapacityUnits ?? 0), null, cancellationToken);
    }

    /// <returns>Null when there is no such record.</returns>
    public Task<Dictionary<string, AttributeValue>?> GetAsync(
        string table, string partition, string sort, CancellationToken cancellationToken) =>
        GetAsync(table, partition, sort, consistent: true, cancellationToken);

    /// <param name="table">The table.</param>
    /// <param name="partition">Partition key.</param>
    /// <param name="sort">Sort key.</param>
    /// <param name="consistent">False for what was stored a moment ago, at half the price.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Null when there is no such record.</returns>
    public async Task<Dictionary<string, AttributeValue>?> GetAsync(
        string table, string partition, string sort, bool consistent, CancellationToken cancellationToken)
    {
        var request = new GetItemRequest(table, Attributes.Key(partition, sort), consistent)
        {
            ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL,
        };
        var answer = await SendAsync(
            "GetItem", table, (client, token) => client.GetItemAsync(request, token),
            answer => answer.ConsumedCapacity?.CapacityUnits, null, cancellationToken);
        return answer.Item is { Count: > 0 } item ? item : null;
    }

    /// <summary>One page of a query.</summary>
    public Task<QueryResponse> QueryAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        request.ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL;
        return SendAsync(
            "Query", request.TableName, (client, token) => client.QueryAsync(request, token),
            answer => answer.ConsumedCapacity?.CapacityUnits, null, cancellationToken);
    }

    public async Task<BatchGetItemResponse> BatchGetAsync(
        BatchGetItemRequest request, CancellationToken cancellationToken)
    {
        request.ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL;
        return await SendAsync(
            "BatchGetItem", request.RequestItems.Keys.First(), (client, token) => client.BatchGetItemAsync(request, token),
            answer => answer.ConsumedCapacity?.Sum(each => each.CapacityUnits ?? 0), null, cancellationToken);
    }

    public async Task<BatchWriteItemResponse> BatchWriteAsync(
        BatchWriteItemRequest request, CancellationToken cancellationToken)
    {
        request.ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL;
        return await SendAsync(
            "BatchWriteItem", request.RequestItems.Keys.First(),
            (client, token) => client.BatchWriteItemAsync(request, token),
            answer => answer.ConsumedCapacity?.Sum(each => each.CapacityUnits ?? 0), null, cancellationToken);
    }

    public Task<BatchExecuteStatementResponse> ExecuteAsync(
        BatchExecuteStatementRequest request, string table, CancellationToken cancellationToken)
    {
        request.ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL;
        return SendAsync(
            "BatchExecuteStatement", table, (client, token) => client.BatchExecuteStatementAsync(request, token),
            answer => answer.ConsumedCapacity?.Sum(each => each.CapacityUnits ?? 0), null, cancellationToken);
    }

    /// <summary>For the tables themselves, of which nothing is counted.</summary>
    public Task<T> ManageAsync<T>(
        string operation, string table, Func<IAmazonDynamoDB, CancellationToken, Task<T>> send,
        CancellationToken cancellationToken) =>
        SendAsync(operation, table, send, _ => 0, null, cancellationToken);

    /// <summary>The wait before a repeat: full jitter, so that those who were refused together do not come together again.</summary>
    public Task BackOffAsync(int tries, CancellationToken cancellationToken)
    {
        var most = Math.Min(MostDelayMs, LeastDelayMs << Math.Min(tries, 6));
        return Task.Delay(
            TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(1, most + 1)), time, cancellationToken);
    }

    public void Dispose()
    {
        if (options.Client is null)
            _client.Dispose();
    }

    private async Task<T> SendAsync<T>(
        string operation, string table, Func<IAmazonDynamoDB, CancellationToken, Task<T>> send, Func<T, double?> units,
        Dictionary<string, AttributeValue>? item, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        for (var tries = 0; ; tries++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            DynamoMetrics.CountRequest(operation, table);
            using var timeout = new CancellationTokenSource(options.RequestTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            try
            {
                var answer = await send(_client, either.Token);
                DynamoMetrics.CountUnits(
                    operation, table, units(answer) ?? (item is null ? 0 : ItemSize.WriteUnits(item)));
                return answer;
            }
            catch (ConditionalCheckFailedException refused)
            {
                // A refused write costs what the record it met does; the exception does not say.
                DynamoMetrics.CountUnits(
                    operation, table, refused.Item is { Count: > 0 } met ? ItemSize.WriteUnits(met) : 1);
                throw;
            }
            catch (Exception exception) when (IsOurs(exception) && !cancellationToken.IsCancellationRequested)
            {
                if (exception is TransactionCanceledException && DynamoProblems.RepeatReason(exception) is null)
                    throw;
                if (DynamoProblems.RepeatReason(exception) is not { } reason)
                    throw DynamoProblems.Describe(exception, operation, table);
                if (time.GetElapsedTime(began) > options.GiveUpAfter)
                    throw DynamoProblems.GivenUp(exception, operation, table, options.GiveUpAfter);
                DynamoMetrics.CountRetry(operation, reason);
            }

            await BackOffAsync(tries, cancellationToken);
        }
    }

    private static bool IsOurs(Exception exception) =>
        exception is AmazonServiceException or AmazonClientException or HttpRequestException or IOException
            or TimeoutException or OperationCanceledException;

    private static AmazonDynamoDBClient Create(DynamoDbOptions options)
    {
        // Repeats are ours: each is counted, and the time they take in all has a limit.
        var config = new AmazonDynamoDBConfig { MaxErrorRetry = 0, Timeout = options.RequestTimeout };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
            config.AuthenticationRegion = options.Region ?? AnyRegion;
        }
        else if (options.Region is { } region)
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(region);
        }

        try
        {
            return new AmazonDynamoDBClient(config);
        }
        catch (AmazonClientException exception)
        {
            throw DynamoProblems.Describe(exception, "the first request", options.RunsTable);
        }
    }
}
