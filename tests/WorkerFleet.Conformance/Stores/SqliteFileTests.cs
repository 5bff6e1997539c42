using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Access;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Sqlite;
using WorkerFleet.Sqlite.Database;
using WorkerFleet.Storage;
using WorkerFleet.Workers;

namespace WorkerFleet.Conformance.Stores;

/// <summary>What can be wrong with the database file, and what outlives a crash.</summary>
public sealed class SqliteFileTests : IAsyncLifetime
{
    private readonly Guid _batch = Guid.CreateVersion7();
    private SqliteFixture _fixture = null!;

    public Task InitializeAsync()
    {
        _fixture = SqliteFixture.Create();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task Settle_ThenCrash_IsThereAfterTheRestart()
    {
        var ledger = _fixture.Open().GetRequiredService<ILedger>();
        await ledger.AddSliceAsync(Samples.Slice(_batch, 0), [], default);
        await ledger.SettleAsync(Samples.Settlement(_batch, 0) with { Event = Samples.Event(_batch, 0) }, default);

        await using var crashed = CopyAsACrashLeavesIt();

        var restarted = crashed.Open();
        var counts = await restarted.GetRequiredService<ILedger>().CountAsync(_batch, default);
        Assert.Equal(new ItemCounts(7, 1, 0, 0, 0), counts);
        Assert.Single(await restarted.GetRequiredService<IJournal>().ReadAsync(
            ItemSession.IdFor(_batch, 0), 10, default));
    }

    [Fact]
    public async Task Settle_UnderLoadThenCrash_LosesNothingThatWasConfirmed()
    {
        var ledger = _fixture.Open().GetRequiredService<ILedger>();
        for (var number = 0; number < 100; number++)
            await ledger.AddSliceAsync(Samples.Slice(_batch, number), [], default);
        var confirmed = 0;
        var settling = Enumerable.Range(0, 800).Select(async index =>
        {
            await ledger.SettleAsync(Samples.Settlement(_batch, index), default);
            Interlocked.Increment(ref confirmed);
        }).ToList();
        await settling[0];

        var before = Volatile.Read(ref confirmed);
        await using var crashed = CopyAsACrashLeavesIt();
        await Task.WhenAll(settling);

        var restarted = crashed.Open().GetRequiredService<ILedger>();
        var counts = await restarted.CountAsync(_batch, default);
        Assert.InRange(counts.Succeeded, before, 800);
        foreach (var slice in await restarted.ReadSlicesAsync(_batch, 0, 100, pendingOnly: false, default))
            Assert.Equal(slice.Counts, await restarted.CountRecordsAsync(_batch, slice.Number, default));
    }

    [Fact]
    public async Task Open_Always_FlushesEachCommitToTheDisk()
    {
        var database = _fixture.Open().GetRequiredService<SqliteDatabase>();

        var synchronous = await database.WriteAsync(
            transaction => transaction.Connection.ReadNumber("PRAGMA synchronous"), default);

        // Only a power cut would show the difference.
        Assert.Equal(2, synchronous);
        Assert.True(File.Exists(_fixture.DatabasePath + "-wal"));
    }

    [Fact]
    public async Task Open_NewFolderFromManyAtOnce_AllCanWrite()
    {
        for (var round = 0; round < 20; round++)
        {
            await using var fixture = SqliteFixture.Create();
            var stores = Enumerable.Range(0, 4).Select(_ => fixture.Open().GetRequiredService<IJournal>()).ToList();

            await Task.WhenAll(stores.Select((journal, i) =>
                Task.Run(() => journal.AppendAsync(Samples.Event(_batch, 1, attempt: i + 1), default))));

            Assert.Equal(4, (await stores[0].ReadAsync(ItemSession.IdFor(_batch, 1), 10, default)).Count);
        }
    }

    [Fact]
    public async Task Open_FileFromBeforeThereWereWorkers_GetsTheirTablesAndKeepsItsRows()
    {
        await using (var provider = (ServiceProvider)_fixture.Open())
        {
            await provider.GetRequiredService<IJournal>().AppendAsync(Samples.Event(_batch, 1), default);
            await provider.GetRequiredService<ILedger>().AddSliceAsync(Samples.Slice(_batch, 0), [], default);
            await provider.GetRequiredService<ILedger>().SettleAsync(Samples.Settlement(_batch, 0), default);
        }

        using (var connection = Connection.Open(_fixture.DatabasePath, readOnly: false, cacheKb: 64))
        {
            connection.Execute("DROP TABLE workers; DROP TABLE leases; DROP TABLE limit_shares");
            connection.Execute("DROP TABLE broken_messages; DROP TABLE api_keys; DROP INDEX dead_letters_archived");
            foreach (var column in new[] { "input_tokens", "output_tokens", "cost_nanos" })
                connection.Execute($"ALTER TABLE slices DROP COLUMN {column}");
            connection.Execute("ALTER TABLE items DROP COLUMN usage");
            connection.Execute("PRAGMA user_version = 1");
        }

        var store = _fixture.Open();

        Assert.True(await store.GetRequiredService<ILeases>().TryTakeAsync(
            "reconciler", "a", Samples.Noon, TimeSpan.FromSeconds(1), default));
        Assert.Empty(await store.GetRequiredService<IWorkerRegistry>().ListAsync(Samples.Noon, default));
        Assert.Empty(await store.GetRequiredService<IApiKeys>().ListAsync(default));
        var ledger = store.GetRequiredService<ILedger>();
        Assert.Equal(new LedgerSums(new(7, 1, 0, 0, 0)), await ledger.SumAsync(_batch, default));
        Assert.True((await ledger.FindSettledAsync(_batch, 0, default))!.Usage.IsNone);
        Assert.Single(await store.GetRequiredService<IJournal>().ReadAsync(
            ItemSession.IdFor(_batch, 1), 10, default));
    }

    [Fact]
    public async Task Open_NewerSchema_IsRefusedWithOneMessage()
    {
        using (var connection = Connection.Open(_fixture.DatabasePath, readOnly: false, cacheKb: 64))
            connection.Execute("PRAGMA user_version = 99");

        var refused = await RefusalAsync();

        Assert.Equal(StoreFault.NewerSchema, refused.Fault);
        Assert.Contains("newer version of fleet (schema 99;", refused.Message, StringComparison.Ordinal);
        Assert.Contains(_fixture.DatabasePath, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_DatabaseOfAnotherProgram_IsRefusedAndLeftAlone()
    {
        using (var connection = Connection.Open(_fixture.DatabasePath, readOnly: false, cacheKb: 64))
            connection.Execute("CREATE TABLE journal (note TEXT)");

        var refused = await RefusalAsync();

        Assert.Equal(StoreFault.Corrupt, refused.Fault);
        Assert.Contains("another program", refused.Message, StringComparison.Ordinal);
        using var after = Connection.Open(_fixture.DatabasePath, readOnly: false, cacheKb: 64);
        Assert.Equal(1, after.ReadNumber("SELECT COUNT(*) FROM sqlite_master"));
    }

    [Fact]
    public async Task Open_FileThatIsNoDatabase_IsRefusedAsDamaged()
    {
        await File.WriteAllTextAsync(_fixture.DatabasePath, new string('x', 10_000));

        var refused = await RefusalAsync();

        Assert.Equal(StoreFault.Corrupt, refused.Fault);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public async Task Read_DamagedPages_IsReportedAsDamaged()
    {
        await using (var provider = (ServiceProvider)_fixture.Open())
        {
            var journal = provider.GetRequiredService<IJournal>();
            await Task.WhenAll(Enumerable.Range(0, 2_000).Select(
                index => journal.AppendAsync(Samples.Event(_batch, index), default)));
        }

        await using (var file = File.OpenWrite(_fixture.DatabasePath))
        {
            file.Position = file.Length / 2;
            await file.WriteAsync(Enumerable.Repeat((byte)0xA5, (int)(file.Length / 2)).ToArray());
        }

        var damaged = await Assert.ThrowsAsync<StoreException>(async () =>
        {
            var journal = _fixture.Open().GetRequiredService<IJournal>();
            for (var index = 0; index < 2_000; index++)
                await journal.ReadAsync(ItemSession.IdFor(_batch, index), 10, default);
        });

        Assert.Equal(StoreFault.Corrupt, damaged.Fault);
    }

    [Fact]
    public async Task Open_FolderThatIsAFile_IsRefusedAsNotWritable()
    {
        var file = Path.Combine(_fixture.Folder, "taken");
        await File.WriteAllTextAsync(file, "");
        await using var provider = new ServiceCollection().AddSqliteStore(file).BuildServiceProvider();

        var refused = await Assert.ThrowsAsync<StoreException>(
            () => provider.GetRequiredService<ILedger>().CountAsync(_batch, default));

        Assert.Equal(StoreFault.NotWritable, refused.Fault);
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_FileThatCannotBeOpened_IsRefusedAndWorksOnceItCan()
    {
        Directory.CreateDirectory(_fixture.DatabasePath);
        var ledger = _fixture.Open().GetRequiredService<ILedger>();
        var refused = await Assert.ThrowsAsync<StoreException>(() => ledger.CountAsync(_batch, default));

        Directory.Delete(_fixture.DatabasePath);

        Assert.Equal(StoreFault.NotWritable, refused.Fault);
        Assert.Equal(default, await ledger.CountAsync(_batch, default));
    }

    [Fact]
    public async Task DeleteBatch_ManyRows_GivesTheSpaceBack()
    {
        var provider = (ServiceProvider)_fixture.Open();
        var ledger = provider.GetRequiredService<ILedger>();
        for (var number = 0; number < 400; number++)
            await ledger.AddSliceAsync(Samples.Slice(_batch, number), [], default);
        await Task.WhenAll(Enumerable.Range(0, 3_200).Select(index => ledger.SettleAsync(
            Samples.Settlement(_batch, index) with { Output = new byte[4_000] }, default)));

        await ledger.DeleteBatchAsync(_batch, default);
        await provider.DisposeAsync();

        Assert.InRange(new FileInfo(_fixture.DatabasePath).Length, 1, 1_000_000);
    }

    private async Task<StoreException> RefusalAsync() => await Assert.ThrowsAsync<StoreException>(
        () => _fixture.Open().GetRequiredService<ILedger>().CountAsync(_batch, default));

    /// <summary>What is on the disk at this moment; the processes' shared memory is gone.</summary>
    private SqliteFixture CopyAsACrashLeavesIt()
    {
        var copy = SqliteFixture.Create();
        // The log first: it is only appended to until it is copied into the file, which these tests stay below.
        File.Copy(_fixture.DatabasePath + "-wal", copy.DatabasePath + "-wal");
        File.Copy(_fixture.DatabasePath, copy.DatabasePath);
        return copy;
    }
}
