using System.Text;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Batches;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Scheduling;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What is larger than a record of DynamoDB.</summary>
public sealed class DynamoLimitsTests : IAsyncLifetime
{
    private readonly Guid _batch = Guid.CreateVersion7();
    private DynamoFixture _fixture = null!;
    private IServiceProvider _store = null!;

    public async Task InitializeAsync()
    {
        _fixture = await DynamoFixture.CreateDynamoAsync();
        _store = _fixture.Open();
    }

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    [Theory]
    [InlineData(200 * 1024)]
    [InlineData(200 * 1024 + 1)]
    [InlineData(3 * 1024 * 1024)]
    public async Task Output_OfAnySize_ComesBackWhole(int bytes)
    {
        var ledger = _store.GetRequiredService<ILedger>();
        var output = Noise(bytes);
        await ledger.AddSliceAsync(Samples.Slice(_batch, 0), [], CancellationToken.None);

        await Task.WhenAll(Enumerable.Range(0, Samples.SliceSize).Select(row => ledger.SettleAsync(
            Samples.Settlement(_batch, row) with { Output = output }, CancellationToken.None)));

        foreach (var settlement in await ledger.ReadSettledAsync(_batch, 0, 8, null, 8, CancellationToken.None))
            Assert.Equal(output, settlement.Output.ToArray());
        Assert.Equal(8, (await ledger.CountRecordsAsync(_batch, 0, CancellationToken.None)).Succeeded);
    }

    [Fact]
    public async Task Message_OfMoreThanARecord_ComesBackWhole()
    {
        var schedule = _store.GetRequiredService<ISchedule>();
        var message = new ScheduledMessage(
            "retry/1", _batch, Samples.Noon, "items", "ProcessBatchItem", Encoding.ASCII.GetString(Noise(1024 * 1024)));
        await schedule.PutAsync(message, CancellationToken.None);

        var claimed = await schedule.ClaimDueAsync(Samples.Noon, 10, TimeSpan.FromSeconds(1), null, CancellationToken.None);

        Assert.Equal(message, Assert.Single(claimed).Message);
    }

    [Fact]
    public async Task Session_OfTenThousandEvents_IsReadWhole()
    {
        var journal = _store.GetRequiredService<IJournal>();
        await Task.WhenAll(Enumerable.Range(1, 10_000).Select(attempt =>
            journal.AppendAsync(Samples.Event(_batch, 1, attempt: attempt), CancellationToken.None)));

        var events = await journal.ReadAsync(Samples.Event(_batch, 1).SessionId, 20_000, CancellationToken.None);

        Assert.Equal(10_000, events.Count);
        Assert.Equal(events.OrderBy(each => each.EventId, StringComparer.Ordinal), events);
    }

    [Fact]
    public void Store_IsAFleetsAlone()
    {
        var mode = _store.GetRequiredService<IStoreMode>();

        Assert.Null(mode.TryEnter(StoreMode.Embedded));
        using var entered = mode.TryEnter(StoreMode.Fleet);
        Assert.NotNull(entered);
        Assert.False(_store.GetRequiredService<IBatchDrivers>().ByOneProcess);
    }

    /// <summary>Text that hardly compresses.</summary>
    private static byte[] Noise(int bytes)
    {
        var random = new Random(1);
        var noise = new byte[bytes];
        for (var i = 0; i < bytes; i++)
            noise[i] = (byte)random.Next(32, 127);
        return noise;
    }
}
