using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.DynamoDb.Client;
using WorkerFleet.Storage;

namespace WorkerFleet.DynamoDb.Tables;

/// <summary>Creates the two tables with their indexes and their time to live, or tells what of them differs.</summary>
public sealed class DynamoDbTables : IDisposable
{
    /// <summary>How long a new table or index is waited for; an index on a large table is built for longer than that.</summary>
    private static readonly TimeSpan MostWait = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly DynamoTables _tables;
    private readonly TimeProvider _time;
    private readonly CreateTableRequest[] _schemas;

    public DynamoDbTables(DynamoDbOptions options, TimeProvider time)
    {
        _tables = new(options, time);
        _time = time;
        _schemas = [TableSchemas.Runs(options.RunsTable), TableSchemas.Journal(options.JournalTable)];
    }

    /// <summary>What of the tables is not as it should be; empty when all is. Changes nothing.</summary>
    /// <exception cref="StoreException">The tables cannot be looked at: no credentials, no region, access denied.</exception>
    public async Task<IReadOnlyList<TableDifference>> CompareAsync(CancellationToken cancellationToken)
    {
        var differences = new List<TableDifference>();
        foreach (var schema in _schemas)
            differences.AddRange(await CompareAsync(schema, cancellationToken));
        return differences;
    }

    /// <summary>Makes what is missing, and waits until it can be used. Repeatable.</summary>
    /// <returns>What differed before; those that cannot be made differ still.</returns>
    /// <exception cref="StoreException">The tables cannot be made, or are not ready in time.</exception>
    public async Task<IReadOnlyList<TableDifference>> ProvisionAsync(CancellationToken cancellationToken)
    {
        var differences = new List<TableDifference>();
        foreach (var schema in _schemas)
        {
            differences.AddRange(await CompareAsync(schema, cancellationToken));
            if (await DescribeAsync(schema.TableName, cancellationToken) is null)
                await CreateAsync(schema, cancellationToken);
            var table = await WaitAsync(schema.TableName, cancellationToken);
            foreach (var index in Missing(schema, table))
            {
                await AddIndexAsync(schema, index, cancellationToken);
                await WaitAsync(schema.TableName, cancellationToken);
            }

            if (!await ExpiresAsync(schema.TableName, cancellationToken))
                await _tables.ManageAsync(
                    "UpdateTimeToLive", schema.TableName,
                    (client, token) => client.UpdateTimeToLiveAsync(
                        new()
                        {
                            TableName = schema.TableName,
                            TimeToLiveSpecification = new() { AttributeName = Attributes.TimeToLive, Enabled = true },
                        },
                        token),
                    cancellationToken);
        }

        return differences;
    }

    public void Dispose() => _tables.Dispose();

    private async Task<List<TableDifference>> CompareAsync(
        CreateTableRequest schema, CancellationToken cancellationToken)
    {
        var name = schema.TableName;
        if (await DescribeAsync(name, cancellationToken) is not { } table)
            return [new(name, "there is no such table", CanBeMade: true, TableAspect.Table)];
        var differences = new List<TableDifference>();
        if (KeysOf(table.KeySchema, table.AttributeDefinitions) is var keys
            && keys != KeysOf(schema.KeySchema, schema.AttributeDefinitions))
            differences.Add(new(
                name, $"its key is {keys}, not {KeysOf(schema.KeySchema, schema.AttributeDefinitions)}", CanBeMade: false,
                TableAspect.Key));
        differences.AddRange(Missing(schema, table).Select(index =>
            new TableDifference(name, $"there is no index {index.IndexName}", CanBeMade: true, TableAspect.Index)));
        foreach (var index in schema.GlobalSecondaryIndexes)
            if (table.GlobalSecondaryIndexes?.Find(other => other.IndexName == index.IndexName) is { } found)
                Compare(schema, table, index, found, differences);
        if (!await ExpiresAsync(name, cancellationToken))
            differences.Add(new(name, $"nothing expires by its attribute {Attributes.TimeToLive}", CanBeMade: true,
                TableAspect.Expiry));
        return differences;
    }

    private static void Compare(
        CreateTableRequest schema, TableDescription table, GlobalSecondaryIndex index,
        GlobalSecondaryIndexDescription found, List<TableDifference> differences)
    {
        var expected = KeysOf(index.KeySchema, schema.AttributeDefinitions);
        var keys = KeysOf(found.KeySchema, table.AttributeDefinitions);
        if (keys != expected)
            differences.Add(new(
                table.TableName, $"the key of its index {index.IndexName} is {keys}, not {expected}", CanBeMade: false,
                TableAspect.Index));
        var projected = found.Projection?.NonKeyAttributes ?? [];
        if (found.Projection?.ProjectionType != ProjectionType.ALL
            && (index.Projection.NonKeyAttributes ?? []).Except(projected).FirstOrDefault() is { } missing)
            differences.Add(new(
                table.TableName, $"its index {index.IndexName} lacks the attribute {missing}", CanBeMade: false, TableAspect.Index));
    }

    private async Task CreateAsync(CreateTableRequest schema, CancellationToken cancellationToken)
    {
        try
        {
            await _tables.ManageAsync(
                "CreateTable", schema.TableName, (client, token) => client.CreateTableAsync(schema, token),
                cancellationToken);
        }
        catch (StoreException exception) when (exception.InnerException is ResourceInUseException)
        {
            // Somebody else makes it just now.
        }
    }

    private Task AddIndexAsync(
        CreateTableRequest schema, GlobalSecondaryIndex index, CancellationToken cancellationToken) =>
        _tables.ManageAsync(
            "UpdateTable", schema.TableName,
            (client, token) => client.UpdateTableAsync(
                new()
                {
                    TableName = schema.TableName,
                    AttributeDefinitions = [.. schema.AttributeDefinitions.Where(attribute =>
                        index.KeySchema.Exists(key => key.AttributeName == attribute.AttributeName))],
                    GlobalSecondaryIndexUpdates =
                    [
                        new()
                        {
                            Create = new()
                            {
                                IndexName = index.IndexName,
                                KeySchema = index.KeySchema,
                                Projection = index.Projection,
                            },
                        },
                    ],
                },
                token),
            cancellationToken);

    private async Task<TableDescription> WaitAsync(string name, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        while (true)
        {
            var table = await DescribeAsync(name, cancellationToken);
            if (table is not null && table.TableStatus == TableStatus.ACTIVE
                && (table.GlobalSecondaryIndexes ?? []).TrueForAll(index => index.IndexStatus == IndexStatus.ACTIVE))
                return table;
            if (_time.GetElapsedTime(began) > MostWait)
                throw new StoreException(
                    StoreFault.Unavailable, $"The DynamoDB table {name} is still not ready; it is being made. Try again later.");
            await Task.Delay(BetweenLooks, _time, cancellationToken);
        }
    }

    /// <returns>Null when there is no such table.</returns>
    private async Task<TableDescription?> DescribeAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await _tables.ManageAsync(
                "DescribeTable", name, (client, token) => client.DescribeTableAsync(name, token), cancellationToken)).Table;
        }
        catch (StoreException exception) when (exception.InnerException is ResourceNotFoundException)
        {
            return null;
        }
    }

    private async Task<bool> ExpiresAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await _tables.ManageAsync(
            "DescribeTimeToLive", name,
            (client, token) => client.DescribeTimeToLiveAsync(name, token),
            cancellationToken);
        var setting = answer.TimeToLiveDescription;
        return setting?.AttributeName == Attributes.TimeToLive
            && (setting.TimeToLiveStatus == TimeToLiveStatus.ENABLED || setting.TimeToLiveStatus == TimeToLiveStatus.ENABLING);
    }

    private static IEnumerable<GlobalSecondaryIndex> Missing(CreateTableRequest schema, TableDescription table) =>
        schema.GlobalSecondaryIndexes.Where(index =>
            table.GlobalSecondaryIndexes?.Exists(other => other.IndexName == index.IndexName) != true);

    private static string KeysOf(List<KeySchemaElement>? keys, List<AttributeDefinition> attributes) => string.Join(
        ", ", (keys ?? []).OrderBy(key => key.KeyType == KeyType.HASH ? 0 : 1).Select(key =>
            $"{key.AttributeName} ({attributes.Find(each => each.AttributeName == key.AttributeName)?.AttributeType})"));
}
