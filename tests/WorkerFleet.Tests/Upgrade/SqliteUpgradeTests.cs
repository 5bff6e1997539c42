using System.Text;
using WorkerFleet.Access;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Results;
using WorkerFleet.Scheduling;
using WorkerFleet.Sources;
using WorkerFleet.Tests.EndToEnd;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Upgrade;

/// <summary>Data folders that earlier versions left, in the middle of a batch, with this one.</summary>
public sealed class SqliteUpgradeTests
{
    private const int Rows = 48;
    private const int Worked = 20;

    /// <summary>Rows whose first attempt failed, and that wait for the next.</summary>
    private static readonly long[] Waiting = [1, 4, 7];

    private static readonly long[] Failing = [0, 9, 18];

    public static TheoryData<string> Versions() =>
        new(Recording.Versions.Where(version => Directory.Exists(Recording.PathOf(version, "sqlite"))));

    [Fact]
    public async Task DataFolder_OfSomeVersion_IsRecorded()
    {
        await Recording.RecordFolderAsync("sqlite", RecordAsync);

        Assert.NotEmpty(Versions());
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task DataFolder_OfAnEarlierVersion_GoesOnWithItsBatch(string version)
    {
        using var folder = Copy(version);
        var agents = new TestAgents();
        await using var fleet = await EmbeddedFleet.StartAsync(folder, agents);
        var id = (await UnfinishedAsync(fleet)).CorrelationId;
        var succeeded = await fleet.SucceededAsync(id);
        Assert.Equal(Worked - Waiting.Length - Failing.Length, succeeded.Count);

        fleet.Drive(id);
        await fleet.Controller.RedriveAsync(id, CancellationToken.None);
        var batch = await fleet.EndsAsync(id);

        Assert.Equal(BatchStatus.CompletedWithFailures, batch.CurrentState);
        Assert.Equal((Rows - Failing.Length, Failing.Length), Of(await fleet.CountAsync(id)));
        Assert.Empty(agents.Calls.Select(call => call.Index).Intersect(succeeded.Concat(Failing)));
        // Attempts go on where they were.
        Assert.All(Waiting, row => Assert.Equal(2, agents.Calls.Single(call => call.Index == row).Attempt));
        await fleet.AuditPassesAsync(id);

        await fleet.Controller.ReplayAsync(id, null, null, CancellationToken.None);
        Assert.Equal(BatchStatus.Completed, (await fleet.EndsAsync(id, round: 1)).CurrentState);
        await fleet.AuditPassesAsync(id);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task DataFolder_OfAnEarlierVersion_HasAllItsRecords(string version)
    {
        using var folder = Copy(version);
        await using var fleet = await EmbeddedFleet.StartAsync(folder, new TestAgents());
        var batch = await UnfinishedAsync(fleet);
        var (id, token) = (batch.CorrelationId, CancellationToken.None);

        Assert.Equal(("rows.csv", "Look at {{n}}", "n"), (batch.Spec.Name, batch.Spec.Mapping.Prompt, batch.Spec.Mapping.IdColumn));
        var letters = await fleet.Get<IDeadLetters>().ReadAsync(new(id, Limit: 100), token);
        Assert.Equal(Failing, letters.Select(letter => letter.Index).Order());
        Assert.All(letters, letter => Assert.Equal((FailureKind.InvalidInput, "It broke."), (letter.Failure.Kind, letter.Failure.Message)));
        Assert.Equal(Waiting.Length, await fleet.Get<ISchedule>().CountAsync(id, QueueNames.Items(BatchPriority.Normal), token));
        var journal = await fleet.Get<IJournal>().ReadAsync(ItemSession.IdFor(id, Waiting[0]), 10, token);
        Assert.Equal([JournalStatus.InvocationFailed, JournalStatus.InvocationStarted], journal.Select(entry => entry.Status).Order());
        var detail = journal.Single(entry => entry.Status == JournalStatus.InvocationFailed).Detail!;
        Assert.Equal("It broke.", AttemptDetail.Parse(detail)!.Failure!.Message);
        Assert.Equal("\"row 2\"", Encoding.UTF8.GetString((await fleet.Get<ILedger>().FindSettledAsync(id, 2, token))!.Output.Span));
        Assert.Equal(5, await fleet.Get<ILedger>().FindIndexAsync(id, "5", token));
        var key = Assert.Single(await fleet.Get<IApiKeys>().ListAsync(token));
        Assert.Equal(("recorded", "ada", "read"), (key.Id, key.Owner, string.Join(',', key.Scopes)));
        var broken = Assert.Single(await fleet.Get<IBrokenMessages>().ReadAsync(10, token));
        Assert.Equal(("no JSON", "<xml/>"), (broken.Cause, Encoding.UTF8.GetString(broken.Body)));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Results_OfAnEarlierVersion_AreCheckedAndReplaced(string version)
    {
        using var folder = Copy(version);
        var results = folder["data/results"];
        await using var fleet = await EmbeddedFleet.StartAsync(folder, new TestAgents());
        var batch = (await fleet.Get<IBatchStore>().ListAsync(null, false, 100, CancellationToken.None))
            .Single(batch => BatchStatus.IsFinal(batch.CurrentState));
        var counts = await fleet.CountAsync(batch.CorrelationId);
        var before = await File.ReadAllTextAsync(Path.Combine(results, "results.jsonl"));

        var check = await ExportCheck.RunAsync(ExportLocations.Local, results, batch.CorrelationId, counts, CancellationToken.None);
        Assert.True(check.Passed, check.Detail);
        Assert.Contains("files in", check.Detail, StringComparison.Ordinal);
        await fleet.Get<ResultExporter>().ExportAsync(batch.CorrelationId, results, CancellationToken.None);

        Assert.Equal(before, await File.ReadAllTextAsync(Path.Combine(results, "results.jsonl")));
    }

    private static async Task RecordAsync(string target)
    {
        using var folder = new TempFolder();
        var agents = new TestAgents();
        await using (var fleet = await EmbeddedFleet.StartAsync(folder, agents))
        {
            agents.Answer(call => Answer(call, waits: false));
            var small = await SubmitAsync(fleet, "done.csv", 6);
            await fleet.EndsAsync(small);
            await fleet.Get<ResultExporter>().ExportAsync(small, folder["data/results"], CancellationToken.None);
            await fleet.Get<IApiKeys>().AddAsync(new ApiKey
            {
                Id = "recorded", SecretHash = new string('0', 64), Name = "a key", Owner = "ada", Scopes = ["read"],
                CreatedAt = DateTimeOffset.UnixEpoch,
            }, CancellationToken.None);
            await fleet.Get<IBrokenMessages>().AddAsync(
                new("broken", QueueNames.Batches, "no JSON", "<xml/>"u8.ToArray(), TimeProvider.System.GetUtcNow()),
                CancellationToken.None);
            agents.OnInvoke = async (call, cancellationToken) =>
            {
                if (call.Index >= Worked)
                    await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                return Answer(call, waits: true);
            };
            var id = await SubmitAsync(fleet, "rows.csv", Rows);
            await fleet.SettlesAsync(id, Worked - Waiting.Length);
            await Eventually.HoldsAsync(
                () => fleet.Get<ISchedule>().CountAsync(id, QueueNames.Items(BatchPriority.Normal), CancellationToken.None),
                waiting => waiting == Waiting.Length);
            await Eventually.HoldsAsync(
                () => fleet.Get<IDeadLetters>().ReadAsync(new(id, Limit: 100), CancellationToken.None),
                letters => letters.Count == Failing.Length);
            await fleet.StopAsync(TimeSpan.FromSeconds(1));
        }

        foreach (var file in Directory.EnumerateFiles(folder["data"], "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(folder["data"], file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static AgentReply Answer(AgentCall call, bool waits) =>
        Failing.Contains(call.Index) ? TestAgents.Fail(retryable: false)
        : waits && Waiting.Contains(call.Index) ? TestAgents.Fail(retryable: true, retryAfter: TimeSpan.FromSeconds(30))
        : AgentReply.Succeed(Encoding.UTF8.GetBytes($"\"row {call.Index}\""));

    private static async Task<Guid> SubmitAsync(EmbeddedFleet fleet, string name, int rows)
    {
        using var source = new MemoryStream(Encoding.UTF8.GetBytes(
            "n\n" + string.Concat(Enumerable.Range(0, rows).Select(row => $"{row}\n"))));
        var result = await fleet.Get<BatchSubmitter>().SubmitAsync(
            new(source, new() { DisplayName = name, Format = SourceFormat.Csv }, new BatchSpec
            {
                Name = name,
                Mapping = new() { Prompt = "Look at {{n}}", IdColumn = "n" },
                Agents = new() { Default = TestAgents.Name },
                Limits = new() { SliceSize = 16, Concurrency = 30, Deadline = TimeSpan.FromDays(36_500) },
            }, null),
            CancellationToken.None);
        fleet.Drive(result.BatchId!.Value);
        return result.BatchId.Value;
    }

    private static async Task<BatchState> UnfinishedAsync(EmbeddedFleet fleet) =>
        Assert.Single(await fleet.Get<IBatchStore>().ListAsync(null, true, 100, CancellationToken.None));

    private static TempFolder Copy(string version)
    {
        var folder = new TempFolder();
        var recorded = Recording.PathOf(version, "sqlite");
        foreach (var file in Directory.EnumerateFiles(recorded, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder["data"], Path.GetRelativePath(recorded, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return folder;
    }

    private static (long Succeeded, long Failed) Of(ItemCounts counts) => (counts.Succeeded, counts.Failed);
}
