using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using WorkerFleet.DynamoDb;
using WorkerFleet.DynamoDb.Tables;

namespace WorkerFleet.Conformance.Stores;

/// <summary>Making and comparing the tables.</summary>
public sealed class DynamoTablesTests : IAsyncLifetime, IDisposable
{
    private AmazonDynamoDBClient _client = null!;
    private DynamoDbOptions _options = null!;
    private DynamoDbTables _tables = null!;

    public async Task InitializeAsync()
    {
        _client = DynamoFixture.ClientOf(await DynamoLocal.AddressAsync());
        var name = Guid.CreateVersion7().ToString("N");
        _options = new()
        {
            Client = _client,
            RunsTable = $"runs-{name}",
            JournalTable = $"journal-{name}",
            RequestTimeout = TimeSpan.FromSeconds(30),
        };
        _tables = new(_options, TimeProvider.System);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _tables.Dispose();
        _client.Dispose();
    }

    [Fact]
    public async Task Provision_NothingThere_MakesBothTablesAndFindsNothingToDoAgain()
    {
        TableDifference[] missing =
        [
            new(_options.RunsTable, "there is no such table", CanBeMade: true, TableAspect.Table),
            new(_options.JournalTable, "there is no such table", CanBeMade: true, TableAspect.Table),
        ];
        Assert.Equal(missing, await _tables.CompareAsync(CancellationToken.None));

        Assert.Equal(missing, await _tables.ProvisionAsync(CancellationToken.None));

        Assert.Empty(await _tables.CompareAsync(CancellationToken.None));
        Assert.Empty(await _tables.ProvisionAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Provision_TableWithoutIndexAndTimeToLive_AddsThem()
    {
        await CreateAsync(_options.JournalTable, "PK");

        var before = await _tables.ProvisionAsync(CancellationToken.None);

        Assert.Equal(
            ["there is no index status-createdAt-index", "nothing expires by its attribute ttlSeconds"],
            before.Where(difference => difference.Table == _options.JournalTable).Select(difference => difference.Problem));
        Assert.Empty(await _tables.CompareAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Compare_TableWithAnotherKey_SaysWhichAndThatItCannotBeMade()
    {
        await CreateAsync(_options.RunsTable, "id");

        var difference = (await _tables.CompareAsync(CancellationToken.None))[0];

        Assert.Equal(
            new(_options.RunsTable, "its key is id (S), SK (S), not PK (S), SK (S)", CanBeMade: false, TableAspect.Key),
            difference);
    }

    private Task CreateAsync(string table, string partition) => _client.CreateTableAsync(new CreateTableRequest
    {
        TableName = table,
        BillingMode = BillingMode.PAY_PER_REQUEST,
        AttributeDefinitions = [new(partition, ScalarAttributeType.S), new("SK", ScalarAttributeType.S)],
        KeySchema = [new(partition, KeyType.HASH), new("SK", KeyType.RANGE)],
    });
}
