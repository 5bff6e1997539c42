using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Messaging;
using WorkerFleet.Workers;

namespace WorkerFleet.DynamoDb;

/// <summary>The register of processes in the cloud store: a record each under one key, written with each heartbeat.</summary>
internal sealed class DynamoWorkerRegistry(DynamoTables tables, BatchReads reads) : IWorkerRegistry
{
    private const string Partition = "WORKERS";
    private const string Record = "record";
    private const string Seen = "seen";
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    public Task PutAsync(WorkerRecord worker, CancellationToken cancellationToken)
    {
        var item = Attributes.Key(Partition, worker.Id);
        item[Record] = Attributes.Text(JsonSerializer.Serialize(worker, FleetJson.Options));
        item[Seen] = Attributes.Instant(worker.SeenAt);
        item[Attributes.TimeToLive] = Attributes.Seconds(worker.SeenAt + KeptFor);
        return tables.PutAsync(
            new(tables.Runs, item) { ReturnConsumedCapacity = ReturnConsumedCapacity.TOTAL }, cancellationToken);
    }

    public async Task<IReadOnlyList<WorkerRecord>> ListAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var workers = new List<WorkerRecord>();
        await foreach (var item in ReadAllAsync(cancellationToken))
            if (item.ReadInstant(Seen) >= since)
                workers.Add(JsonSerializer.Deserialize<WorkerRecord>(item.ReadText(Record), FleetJson.Options)!);
        return workers;
    }

    public Task RemoveAsync(string workerId, CancellationToken cancellationToken) =>
        tables.DeleteAsync(new(tables.Runs, Attributes.Key(Partition, workerId)), cancellationToken);

    public async Task RemoveBeforeAsync(DateTimeOffset seenBefore, CancellationToken cancellationToken)
    {
        var gone = new List<string>();
        await foreach (var item in ReadAllAsync(cancellationToken))
            if (item.ReadInstant(Seen) < seenBefore)
                gone.Add(item.ReadText(Attributes.SortKey));
        foreach (var id in gone)
            await RemoveIfStillGoneAsync(id, seenBefore, cancellationToken);
    }

    private async Task RemoveIfStillGoneAsync(string id, DateTimeOffset seenBefore, CancellationToken cancellationToken)
    {
        try
        {
            await tables.DeleteAsync(
                new(tables.Runs, Attributes.Key(Partition, id))
                {
                    ConditionExpression = $"{Seen} < :before",
                    ExpressionAttributeValues = new() { [":before"] = Attributes.Instant(seenBefore) },
                },
                cancellationToken);
        }
        catch (ConditionalCheckFailedException)
        {
            // It is back.
        }
    }

    private IAsyncEnumerable<Dictionary<string, AttributeValue>> ReadAllAsync(CancellationToken cancellationToken) =>
        reads.QueryAsync(BatchReads.Under(tables.Runs, Partition, "", consistent: true), cancellationToken);
}
