using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Blobs;
using WorkerFleet.DynamoDb;
using WorkerFleet.DynamoDb.Tables;

namespace WorkerFleet.Conformance.Stores;

/// <summary>The cloud store in tables of its own on DynamoDB Local.</summary>
public sealed class DynamoFixture : IStoreFixture
{
    private readonly List<ServiceProvider> _opened = [];
    private readonly string _blobs = Directory.CreateTempSubdirectory("fleet-blobs-").FullName;
    private readonly AmazonDynamoDBClient _client;

    private DynamoFixture(Uri address)
    {
        _client = ClientOf(address);
        var name = Guid.CreateVersion7().ToString("N");
        Options = new()
        {
            Client = _client,
            RunsTable = $"runs-{name}",
            JournalTable = $"journal-{name}",
            GatherTime = TimeSpan.FromMilliseconds(2),
            ScheduleInterval = TimeSpan.Zero,
            // The emulator's first answers are slow while the machine is busy.
            RequestTimeout = TimeSpan.FromSeconds(30),
        };
    }

    public DynamoDbOptions Options { get; }

    public static async Task<IStoreFixture> CreateAsync() => await CreateDynamoAsync();

    public static async Task<DynamoFixture> CreateDynamoAsync()
    {
        var fixture = new DynamoFixture(await DynamoLocal.AddressAsync());
        using var tables = new DynamoDbTables(fixture.Options, TimeProvider.System);
        await tables.ProvisionAsync(CancellationToken.None);
        return fixture;
    }

    /// <summary>A client without retries, as the store makes it, and with credentials that the emulator takes.</summary>
    public static AmazonDynamoDBClient ClientOf(Uri address) => new(
        new BasicAWSCredentials("local", "local"),
        new AmazonDynamoDBConfig
        {
            ServiceURL = address.ToString(),
            AuthenticationRegion = "us-east-1",
            MaxErrorRetry = 0,
        });

    public IServiceProvider Open() => Open(Options);

    public ServiceProvider Open(DynamoDbOptions options)
    {
        var provider = new ServiceCollection()
            .AddSingleton<IBlobStore>(new FileBlobStore(_blobs))
            .AddDynamoDbStore(options)
            .BuildServiceProvider();
        _opened.Add(provider);
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var provider in _opened)
            await provider.DisposeAsync();
        await _client.DeleteTableAsync(Options.RunsTable);
        await _client.DeleteTableAsync(Options.JournalTable);
        _client.Dispose();
        Directory.Delete(_blobs, recursive: true);
    }
}
