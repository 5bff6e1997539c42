using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Blobs;
using WorkerFleet.DynamoDb;
using WorkerFleet.Ledger;

namespace WorkerFleet.Conformance.Stores;

/// <summary>When records expire. DynamoDB Local deletes nothing by itself, so it is the times that are looked at.</summary>
public sealed class DynamoExpiryTests
{
    private const int Slices = 20;

    [Fact]
    public async Task Keep_BatchOlderThanAQuarterOfTheRetention_RenewsSlicesAndBlocks()
    {
        await using var fixture = await DynamoFixture.CreateDynamoAsync();
        var time = new SetTime(Samples.Noon);
        await using var store = Open(fixture, time);
        var ledger = store.GetRequiredService<ILedger>();
        var batch = Guid.CreateVersion7();
        for (var slice = 0; slice < Slices; slice++)
            await ledger.AddSliceAsync(Samples.Slice(batch, slice), [], CancellationToken.None);
        await ledger.SettleAsync(Samples.Settlement(batch, 3), CancellationToken.None);
        var written = await ExpiriesAsync(fixture);

        await KeepAsync(ledger, batch);
        Assert.Equal(written, await ExpiriesAsync(fixture));

        time.Now += TimeSpan.FromDays(3);
        await KeepAsync(ledger, batch);
        var renewed = await ExpiriesAsync(fixture);
        Assert.Equal(Slices + 1, renewed.Count);
        Assert.All(renewed, record => Assert.Equal(time.Now.AddDays(10).ToUnixTimeSeconds(), record.Value));

        // Another process that comes to it, and this one, leave it at that for another quarter.
        time.Now += TimeSpan.FromDays(1);
        await KeepAsync(ledger, batch);
        await using var other = Open(fixture, time);
        await KeepAsync(other.GetRequiredService<ILedger>(), batch);
        Assert.Equal(renewed, await ExpiriesAsync(fixture));

        Assert.Equal(
            SettleOutcome.Settled,
            (await ledger.SettleAsync(Samples.Settlement(batch, 4), CancellationToken.None)).Outcome);
    }

    /// <summary>As often as a reconciler does in no time.</summary>
    private static async Task KeepAsync(ILedger ledger, Guid batch)
    {
        for (var look = 0; look < 5; look++)
            await ledger.KeepAsync(batch, Samples.Noon, CancellationToken.None);
    }

    private static ServiceProvider Open(DynamoFixture fixture, TimeProvider time) => new ServiceCollection()
        .AddSingleton(time)
        .AddSingleton<IBlobStore>(new FileBlobStore(Path.GetTempPath()))
        .AddDynamoDbStore(fixture.Options with { Retention = TimeSpan.FromDays(10) })
        .BuildServiceProvider();

    private static async Task<SortedDictionary<string, long>> ExpiriesAsync(DynamoFixture fixture)
    {
        var records = await fixture.Options.Client!.ScanAsync(
            new ScanRequest(fixture.Options.RunsTable) { ConsistentRead = true });
        return new(records.Items.Where(item => item["PK"].S.StartsWith("SLICE#", StringComparison.Ordinal)).ToDictionary(
            item => item["PK"].S + item["SK"].S,
            item => long.Parse(item["ttlSeconds"].N, System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <summary>Goes on, but says what it is told to: the store waits by it.</summary>
    private sealed class SetTime(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
