using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Access;
using WorkerFleet.Batches;
using WorkerFleet.Blobs;
using WorkerFleet.Conformance.Stores;
using WorkerFleet.DeadLetters;
using WorkerFleet.DynamoDb;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;
using WorkerFleet.Workers;

namespace WorkerFleet.Conformance.Upgrade;

/// <summary>
/// What earlier versions have left in their tables is read, and worked on, by this one. With WORKERFLEET_RECORD set, a version
/// that has recorded nothing so far does; what is recorded is never changed.
/// </summary>
public sealed class DynamoUpgradeTests
{
    private const int Rows = 2 * Samples.SliceSize;

    private static readonly Guid Batch = Guid.Parse("019aa000-0000-7000-8000-000000000001");

    private static readonly JsonSerializerOptions Readable = new(FleetJson.Options) { WriteIndented = true, NewLine = "\n" };

    private static string Folder => Path.GetDirectoryName(PathOfThisFile())!;

    public static TheoryData<string> Versions() => new(Directory.GetDirectories(Folder).Select(folder => Path.GetFileName(folder)));

    [Fact]
    public async Task Items_OfThisVersion_AreRecorded()
    {
        var version = typeof(FleetServices).Assembly.GetName().Version!.ToString(3);
        var folder = Path.Combine(Folder, version);
        if (Environment.GetEnvironmentVariable("WORKERFLEET_RECORD") is { Length: > 0 } && !Directory.Exists(folder))
            await RecordAsync(folder);

        Assert.True(Directory.Exists(folder), $"{folder} is missing: WORKERFLEET_RECORD=1 ./test FullyQualifiedName~Upgrade writes it.");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Items_AsTheyWereRecorded_AreReadAndGoneOnWith(string version)
    {
        await using var fixture = await DynamoFixture.CreateDynamoAsync();
        foreach (var (name, table) in TablesOf(fixture))
            await DynamoItems.WriteAsync(
                fixture.Options.Client!, table,
                JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, version, $"{name}.json")))!.AsArray());
        await using var store = Open(fixture);

        await ShouldHoldAsync(store);
        await ShouldGoOnAsync(store);
    }

    private static async Task RecordAsync(string folder)
    {
        await using var fixture = await DynamoFixture.CreateDynamoAsync();
        await using var store = Open(fixture);
        await FillAsync(store);
        await ShouldHoldAsync(store);
        Directory.CreateDirectory(folder);
        foreach (var (name, table) in TablesOf(fixture))
            await File.WriteAllTextAsync(
                Path.Combine(folder, $"{name}.json"),
                (await DynamoItems.ReadAsync(fixture.Options.Client!, table)).ToJsonString(Readable) + "\n");
    }

    /// <summary>A batch in the middle of its work, and all that is around it.</summary>
    private static async Task FillAsync(ServiceProvider store)
    {
        await store.GetRequiredService<IBatchStore>().InsertAsync(SomeBatch(), CancellationToken.None);
        var ledger = store.GetRequiredService<ILedger>();
        for (var slice = 0; slice < Rows / Samples.SliceSize; slice++)
            await ledger.AddSliceAsync(Samples.Slice(Batch, slice), [], CancellationToken.None);
        foreach (var settlement in Settled())
            await ledger.SettleAsync(settlement, CancellationToken.None);
        foreach (var status in (string[])[JournalStatus.InvocationStarted, JournalStatus.InvocationFailed])
            await store.GetRequiredService<IJournal>().AppendAsync(Samples.Event(Batch, 1, status), CancellationToken.None);
        await store.GetRequiredService<ISchedule>().PutAsync(SomeMessage(), CancellationToken.None);
        await store.GetRequiredService<IDeadLetters>().AddAsync([DeadLetter.Of(Settled()[1])], CancellationToken.None);
        await store.GetRequiredService<IWorkerRegistry>().PutAsync(SomeWorker(), CancellationToken.None);
        await store.GetRequiredService<IApiKeys>().AddAsync(SomeKey(), CancellationToken.None);
        await store.GetRequiredService<IBrokenMessages>().AddAsync(SomeBrokenMessage(), CancellationToken.None);
    }

    private static async Task ShouldHoldAsync(ServiceProvider store)
    {
        var batches = store.GetRequiredService<IBatchStore>();
        ShouldBe(SomeBatch(), await batches.FindAsync(Batch, CancellationToken.None));
        ShouldBe(SomeBatch(), Assert.Single(await batches.ListAsync(null, true, 10, CancellationToken.None)));
        var ledger = store.GetRequiredService<ILedger>();
        var sums = await ledger.SumAsync(Batch, CancellationToken.None);
        Assert.Equal((new ItemCounts(Rows - 3, 2, 1, 0, 0), Samples.Usage(2)), (sums.Counts, sums.Usage));
        ShouldBe(
            Settled().Select(WithoutEvent),
            (await ledger.ReadSettledAsync(Batch, 0, Rows, null, Rows, CancellationToken.None)).Select(WithoutEvent));
        var events = await store.GetRequiredService<IJournal>().ReadAsync(
            ItemSession.IdFor(Batch, 1), 10, CancellationToken.None);
        ShouldBe(
            new[] { JournalStatus.InvocationFailed, JournalStatus.InvocationStarted }.Select(status => Samples.Event(Batch, 1, status)),
            events.OrderBy(each => each.Status, StringComparer.Ordinal));
        Assert.Equal(1, await store.GetRequiredService<ISchedule>().CountAsync(10, CancellationToken.None));
        ShouldBe(
            DeadLetter.Of(Settled()[1]),
            Assert.Single(await store.GetRequiredService<IDeadLetters>().ReadAsync(new(Batch), CancellationToken.None)));
        Assert.Equal(1, Assert.Single(
            await store.GetRequiredService<IDeadLetters>().ReadGroupsAsync(null, 10, CancellationToken.None)).Count);
        ShouldBe(
            SomeWorker(),
            Assert.Single(await store.GetRequiredService<IWorkerRegistry>().ListAsync(Samples.Noon, CancellationToken.None)));
        ShouldBe(SomeKey(), await store.GetRequiredService<IApiKeys>().FindAsync(SomeKey().Id, CancellationToken.None));
        ShouldBe(
            SomeBrokenMessage(),
            Assert.Single(await store.GetRequiredService<IBrokenMessages>().ReadAsync(10, CancellationToken.None)));
    }

    /// <summary>To the end: every row once, and nothing counted that was.</summary>
    private static async Task ShouldGoOnAsync(ServiceProvider store)
    {
        var ledger = store.GetRequiredService<ILedger>();
        foreach (var index in Enumerable.Range(0, Rows))
            Assert.Equal(
                index < Settled().Count ? SettleOutcome.AlreadySettled : SettleOutcome.Settled,
                (await ledger.SettleAsync(Samples.Settlement(Batch, index), CancellationToken.None)).Outcome);
        Assert.Equal(new ItemCounts(0, Rows - 1, 1, 0, 0), await ledger.CountAsync(Batch, CancellationToken.None));
        var schedule = store.GetRequiredService<ISchedule>();
        var claimed = Assert.Single(await schedule.ClaimDueAsync(
            Samples.Noon.AddHours(1), 10, TimeSpan.FromSeconds(10), null, CancellationToken.None));
        ShouldBe(SomeMessage(), claimed.Message);
        await schedule.CompleteAsync([claimed.Claim], CancellationToken.None);
        Assert.Equal(0, await schedule.CountAsync(10, CancellationToken.None));
        Assert.False(await store.GetRequiredService<IJournal>().AppendAsync(Samples.Event(Batch, 1), CancellationToken.None));
        var batch = (await store.GetRequiredService<IBatchStore>().FindAsync(Batch, CancellationToken.None))!;
        batch.CurrentState = BatchStatus.Paused;
        await store.GetRequiredService<IBatchStore>().UpdateAsync(batch, batch.Version++, CancellationToken.None);
    }

    private static List<Settlement> Settled() =>
    [
        Samples.Settlement(Batch, 0), Samples.Settlement(Batch, 1, ItemState.Failed),
        Samples.Settlement(Batch, 2) with { Usage = new(Samples.Usage(2)) },
    ];

    private static BatchState SomeBatch() => new()
    {
        CorrelationId = Batch,
        CurrentState = BatchStatus.Processing,
        Version = 1,
        Spec = new() { Name = "tickets", Owner = "röck" },
        SourceBlob = $"batches/{Batch:N}/source",
        Fingerprint = "f00d",
        TotalRows = Rows,
        SubmittedAt = Samples.Noon,
        SlicesDispatched = Rows / Samples.SliceSize,
        DispatchComplete = true,
    };

    private static ScheduledMessage SomeMessage() => ScheduledMessages.Create(
        $"command/{Batch:N}/hold", Batch, Samples.Noon.AddMinutes(1), QueueNames.Batches, new PauseBatch(Batch));

    private static WorkerRecord SomeWorker() => new()
    {
        Id = "host/1/abc",
        Host = "host",
        Version = "0.1.0",
        Roles = ["worker"],
        StartedAt = Samples.Noon,
        SeenAt = Samples.Noon.AddMinutes(1),
        Status = WorkerStatus.Running,
        InFlight = 7,
        Capacity = 25,
        Concurrency = 25,
        Batches = [Batch],
    };

    private static ApiKey SomeKey() => new()
    {
        Id = "0123456789ab", SecretHash = new('a', 64), Name = "ci", Owner = "röck", Scopes = ["read", "submit"],
        CreatedAt = Samples.Noon, ExpiresAt = Samples.Noon.AddYears(1),
    };

    private static BrokenMessage SomeBrokenMessage() =>
        new("broken-1", "items", "no JSON", "{"u8.ToArray(), Samples.Noon);

    private static Settlement WithoutEvent(Settlement settlement) => settlement with { Event = null };

    private static void ShouldBe<T>(T expected, T actual) => Assert.Equal(
        JsonSerializer.Serialize(expected, Readable), JsonSerializer.Serialize(actual, Readable));

    private static (string Name, string Table)[] TablesOf(DynamoFixture fixture) =>
        [("runs", fixture.Options.RunsTable), ("journal", fixture.Options.JournalTable)];

    private static ServiceProvider Open(DynamoFixture fixture) => new ServiceCollection()
        .AddSingleton<TimeProvider>(new NoonTime())
        .AddSingleton<IBlobStore>(new FileBlobStore(Path.GetTempPath()))
        .AddDynamoDbStore(fixture.Options)
        .BuildServiceProvider();

    private static string PathOfThisFile([CallerFilePath] string path = "") => path;

    /// <summary>Goes on, but says always the same: what is recorded does not hang on the day.</summary>
    private sealed class NoonTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Samples.Noon;
    }
}
