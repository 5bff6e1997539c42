using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;

namespace WorkerFleet.Conformance.Stores;

/// <summary>Whatever becomes of requests and answers, nothing is lost and nothing counts twice.</summary>
public sealed class DynamoFaultTests
{
    private const int Rows = 40;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Requests_ThatFailInEveryWay_LoseNothingAndCountNothingTwice(int seed)
    {
        await using var fixture = await DynamoFixture.CreateDynamoAsync();
        var faults = new DynamoFaults(seed, share: 0.3);
        using var client = DynamoFaults.ClientOf(await DynamoLocal.AddressAsync(), faults);
        var options = fixture.Options with { Client = client, GiveUpAfter = TimeSpan.FromMinutes(2) };
        var stores = Enumerable.Range(0, 2).Select(_ => fixture.Open(options)).ToList();
        var batch = Guid.CreateVersion7();
        for (var slice = 0; slice < Rows / Samples.SliceSize; slice++)
            Assert.True((await stores[0].GetRequiredService<ILedger>().AddSliceAsync(
                Samples.Slice(batch, slice), [], CancellationToken.None)).Added);

        // Every row is delivered twice, to two processes, and each begins it unless the other has.
        var begun = await Task.WhenAll(Enumerable.Range(0, 2 * Rows).Select(delivery =>
            stores[delivery % 2].GetRequiredService<IJournal>().AppendAsync(
                Samples.Event(batch, delivery / 2), CancellationToken.None)));
        var settled = await Task.WhenAll(Enumerable.Range(0, 2 * Rows).Select(delivery =>
            stores[delivery % 2].GetRequiredService<ILedger>().SettleAsync(
                Samples.Settlement(batch, delivery / 2) with
                {
                    Event = Samples.Event(batch, delivery / 2, JournalStatus.InvocationSucceeded),
                },
                CancellationToken.None)));

        Assert.Equal(Rows, begun.Count(first => first));
        Assert.Equal(Rows, settled.Count(result => result.Outcome == SettleOutcome.Settled));
        Assert.Equal(Rows, settled.Count(result => result.Outcome == SettleOutcome.AlreadySettled));
        await AssertAllAsync(stores[0], batch);
        await AssertAllAsync(fixture.Open(), batch);
        await stores[1].GetRequiredService<ILedger>().DeleteBatchAsync(batch, CancellationToken.None);
        await AssertNothingAsync(fixture.Open(), batch);
        // As long as each kind of fault came, or the test shows nothing.
        Assert.Equal(
            DynamoFaults.Kinds.Concat(DynamoBatchRequest.Operations.Select(DynamoFaults.PartOf))
                .Order(StringComparer.Ordinal),
            faults.Injected.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Request_ThatNobodyAnswers_IsRepeatedOnceItsTimeIsOver()
    {
        await using var fixture = await DynamoFixture.CreateDynamoAsync();
        var faults = new DynamoFaults(seed: 1, share: 0) { Silent = "GetItem" };
        using var client = DynamoFaults.ClientOf(await DynamoLocal.AddressAsync(), faults);
        var store = fixture.Open(
            fixture.Options with
            {
                Client = client,
                RequestTimeout = TimeSpan.FromSeconds(1),
                GiveUpAfter = TimeSpan.FromMinutes(2),
            });

        Assert.Null(await store.GetRequiredService<ILedger>().FindSliceAsync(Guid.CreateVersion7(), 0, CancellationToken.None));

        Assert.Equal([DynamoFaults.NoAnswer], faults.Injected.Keys);
    }

    [Fact]
    public async Task Requests_ThatFailForTooLong_EndInALineThatSaysWhatToDo()
    {
        await using var fixture = await DynamoFixture.CreateDynamoAsync();
        var faults = new DynamoFaults(seed: 1, share: 1);
        using var client = DynamoFaults.ClientOf(await DynamoLocal.AddressAsync(), faults);
        var store = fixture.Open(
            fixture.Options with
            {
                Client = client,
                RequestTimeout = TimeSpan.FromMilliseconds(500),
                GiveUpAfter = TimeSpan.FromMilliseconds(200),
            });

        var exception = await Assert.ThrowsAsync<Storage.StoreException>(() =>
            store.GetRequiredService<ILedger>().FindSliceAsync(Guid.CreateVersion7(), 0, CancellationToken.None));

        Assert.Equal(Storage.StoreFault.Unavailable, exception.Fault);
        Assert.Contains(fixture.Options.RunsTable, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public async Task Settle_DiedBeforeItsEvent_LeavesTheEventWithTheOutcome()
    {
        await using var fixture = await DynamoFixture.CreateDynamoAsync();
        var died = new DynamoFaults(seed: 1, share: 0) { Broken = "BatchExecuteStatement", After = "UpdateItem" };
        using var client = DynamoFaults.ClientOf(await DynamoLocal.AddressAsync(), died);
        var options = fixture.Options with { Client = client, GiveUpAfter = TimeSpan.Zero };
        var (store, next) = (fixture.Open(options), fixture.Open());
        var batch = Guid.CreateVersion7();
        await next.GetRequiredService<ILedger>().AddSliceAsync(Samples.Slice(batch, 0), [], CancellationToken.None);
        var succeeded = Samples.Event(batch, 3, JournalStatus.InvocationSucceeded);

        await Assert.ThrowsAsync<Storage.StoreException>(() => store.GetRequiredService<ILedger>().SettleAsync(
            Samples.Settlement(batch, 3) with { Event = succeeded }, CancellationToken.None));

        Assert.Empty(await next.GetRequiredService<IJournal>().ReadAsync(succeeded.SessionId, 10, CancellationToken.None));
        var settled = await next.GetRequiredService<ILedger>().FindSettledAsync(batch, 3, CancellationToken.None);
        Assert.Equal(succeeded, settled?.Event);
    }

    private static async Task AssertNothingAsync(IServiceProvider store, Guid batch)
    {
        Assert.Null(await store.GetRequiredService<ILedger>().FindSliceAsync(batch, 0, CancellationToken.None));
        for (var row = 0; row < Rows; row++)
            Assert.Empty(await store.GetRequiredService<IJournal>().ReadAsync(
                ItemSession.IdFor(batch, row), 10, CancellationToken.None));
    }

    private static async Task AssertAllAsync(IServiceProvider store, Guid batch)
    {
        var (ledger, journal) = (store.GetRequiredService<ILedger>(), store.GetRequiredService<IJournal>());
        Assert.Equal(new ItemCounts(0, Rows, 0, 0, 0), await ledger.CountAsync(batch, CancellationToken.None));
        var outcomes = await ledger.ReadSettledAsync(batch, 0, Rows, null, Rows, CancellationToken.None);
        Assert.Equal(Enumerable.Range(0, Rows).Select(row => (long)row), outcomes.Select(outcome => outcome.Index));
        for (var row = 0; row < Rows; row++)
            Assert.Equal(
                [JournalStatus.InvocationStarted, JournalStatus.InvocationSucceeded],
                (await journal.ReadAsync(ItemSession.IdFor(batch, row), 10, CancellationToken.None))
                    .Select(journaled => journaled.Status));
    }
}
