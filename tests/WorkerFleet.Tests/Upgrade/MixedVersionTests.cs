using System.Text;
using System.Text.Json.Nodes;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Ledger;
using WorkerFleet.Sources;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Upgrade;

/// <summary>Old and new processes side by side: whole batches whose messages have another version's form.</summary>
public sealed class MixedVersionTests
{
    private const int Rows = 60;

    /// <summary>Those that a batch with retries, failures and a replay is made of.</summary>
    private static readonly string[] Travelling =
    [
        nameof(SubmitBatch), nameof(WorkerFleet.Dispatch.DispatchBatch), nameof(WorkerFleet.Dispatch.SlicesDispatched),
        nameof(WorkerFleet.Items.ProcessBatchItem), nameof(SliceSettled), nameof(SliceDraining), nameof(ItemsExhausted),
        nameof(DeadLetterItem), nameof(WorkerFleet.Results.AggregateBatch), nameof(WorkerFleet.Results.BatchAggregated),
        nameof(ReplayItems), nameof(WorkerFleet.Dispatch.ReopenItems), nameof(WorkerFleet.Dispatch.SlicesReopened),
        nameof(WorkerFleet.Dispatch.ItemsReopened),
    ];

    public static TheoryData<string> Versions() => new(Recording.Versions);

    [Theory]
    [MemberData(nameof(Versions))]
    public Task Batch_OfMessagesAsAnEarlierVersionSendsThem_RunsToItsEnd(string version) => RunAsync(envelope =>
    {
        // What that version did not know, it did not send.
        if (Sample(version, envelope) is { } sample)
            envelope["message"] = JsonForm.AsOlder(envelope["message"], sample);
        return envelope;
    });

    [Fact]
    public Task Batch_OfMessagesAsALaterVersionSendsThem_RunsToItsEnd() => RunAsync(envelope =>
    {
        envelope["message"] = JsonForm.AsNewer(envelope["message"], Sample(null, envelope));
        return envelope;
    });

    private static async Task RunAsync(Func<JsonNode, JsonNode> change)
    {
        var agents = new TestAgents();
        // Every tenth row fails until it is replayed; every third needs a second attempt.
        agents.Answer(call => call.Index % 10 == 0 && call.Attempt == 1 ? TestAgents.Fail(retryable: false)
            : call.Index % 3 == 0 && call.Attempt == 1 ? TestAgents.Fail(retryable: true)
            : AgentReply.Succeed(Encoding.UTF8.GetBytes($"{call.Index}")));
        await using var fleet = await MixedFleet.StartAsync(agents, change);
        var id = await SubmitAsync(fleet);

        var first = await EndsAsync(fleet, id, round: 0);
        Assert.Equal(BatchStatus.CompletedWithFailures, first.CurrentState);
        Assert.Equal((Rows - 6, 6), await CountAsync(fleet, id));
        await fleet.Get<BatchController>().ReplayAsync(id, null, null, CancellationToken.None);
        var second = await EndsAsync(fleet, id, round: 1);

        Assert.Equal(BatchStatus.Completed, second.CurrentState);
        Assert.Equal((Rows, 0), await CountAsync(fleet, id));
        var audit = await fleet.Get<LedgerAudit>().AuditAsync(id, CancellationToken.None);
        Assert.All(audit.Checks, check => Assert.True(check.Passed, $"{check.Name} {check.Detail}"));
        Assert.Empty(Travelling.Except(fleet.Travelled.Keys));
    }

    private static async Task<Guid> SubmitAsync(MixedFleet fleet)
    {
        var rows = string.Concat(Enumerable.Range(0, Rows).Select(row => $"{row}\n"));
        using var source = new MemoryStream(Encoding.UTF8.GetBytes("n\n" + rows));
        var result = await fleet.Get<BatchSubmitter>().SubmitAsync(
            new(source, new() { DisplayName = "rows.csv", Format = SourceFormat.Csv }, new BatchSpec
            {
                Name = "rows.csv",
                Mapping = new() { Prompt = "Look at {{n}}", IdColumn = "n" },
                Agents = new() { Default = TestAgents.Name },
                Retry = new() { BaseDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(20) },
                Limits = new() { SliceSize = 16, Concurrency = 8 },
            }, null),
            CancellationToken.None);
        Assert.Empty(result.Problems);
        return result.BatchId!.Value;
    }

    private static async Task<BatchState> EndsAsync(MixedFleet fleet, Guid id, int round) => (await Eventually.HoldsAsync(
        () => fleet.Get<IBatchStore>().FindAsync(id, CancellationToken.None),
        batch => batch is not null && BatchStatus.IsFinal(batch.CurrentState) && batch.Round == round))!;

    private static async Task<(long Succeeded, long Failed)> CountAsync(MixedFleet fleet, Guid id)
    {
        var counts = await fleet.Get<ILedger>().CountAsync(id, CancellationToken.None);
        return (counts.Succeeded, counts.Failed);
    }

    /// <summary>What a version, or the latest that has one, recorded of a message's type.</summary>
    private static JsonNode? Sample(string? version, JsonNode envelope)
    {
        var name = envelope["messageType"]![0]!.ToString().Split(':')[^1];
        version ??= Recording.Versions.Last(recorded => Recording.Names(recorded, "messages").Contains(name));
        return Recording.Names(version, "messages").Contains(name) ? Recording.Read(version, "messages", name)["message"] : null;
    }
}
