using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Items;

/// <summary>What a row used: all of its calls, and each once, whatever failed on the way.</summary>
public sealed class ItemUsageTests : IAsyncLifetime
{
    private static readonly AgentUsage Used = new(100, 10, 0.5m);

    private FlowHarness _flow = null!;
    private BatchState _batch = null!;

    public async Task InitializeAsync()
    {
        _flow = await FlowHarness.StartAsync();
        _batch = await _flow.AddBatchAsync(FlowHarness.SliceSize);
        await _flow.DispatchAllAsync(_batch);
    }

    public async Task DisposeAsync() => await _flow.DisposeAsync();

    [Fact]
    public async Task Process_AnswerTellsItsUsage_IsKeptSummedAndJournaled()
    {
        Answer("""{"usage":{"input_tokens":100,"output_tokens":10},"cost_usd":0.5}""");

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        await AssertUsageAsync(new(Used), Used);
        Assert.Equal(Used, await JournaledAsync(JournalStatus.InvocationSucceeded));
    }

    [Fact]
    public async Task Process_AnswerTellsNothing_LeavesNoTrace()
    {
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        await AssertUsageAsync(default, default);
        Assert.DoesNotContain("usage", (await EventAsync(JournalStatus.InvocationSucceeded)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_AgentWithPrices_CostsWhatTheySay()
    {
        _flow.Agents.Price = new() { PerCall = 0.01m, PerHour = 3.6m, InputPerMillionTokens = 10 };
        Answer("""{"usage":{"input_tokens":100,"output_tokens":10}}""", took: TimeSpan.FromSeconds(2));

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        await AssertUsageAsync(new(new(100, 10, 0.013m)), new(100, 10, 0.013m));
    }

    [Fact]
    public async Task Process_RowThatIsTriedAgain_CountsAllThatMayHaveRun()
    {
        _flow.Agents.Price = new() { PerCall = 1 };
        _flow.Agents.Answer(call => call.Attempt switch
        {
            // Turned away: it cannot have cost anything.
            1 => TestAgents.Fail(retryable: true),
            2 => AgentReply.Fail(new(FailureKind.Unavailable, "It broke.", true, MayHaveRun: true)),
            _ => AgentReply.Fail(new(FailureKind.AgentError, "No.", false, MayHaveRun: true)) with { Usage = Used },
        });

        await ProcessAllAttemptsAsync();

        Assert.Equal((ItemState.Failed, 3), await OutcomeAsync());
        await AssertUsageAsync(new(Used with { CostUsd = 1.5m }), Used with { CostUsd = 1.5m });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Process_DeliveredAgain_IsCountedOnce(bool succeeds)
    {
        _flow.Agents.Answer(_ => (succeeds
            ? AgentReply.Succeed("1"u8.ToArray())
            : AgentReply.Fail(new(FailureKind.AgentError, "No.", false, MayHaveRun: true))) with { Usage = Used });

        for (var delivery = 0; delivery < 3; delivery++)
            await _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat: delivery > 0), redelivered: delivery > 0);

        await AssertUsageAsync(new(Used), Used);
    }

    /// <summary>The journal has the failed attempt, and the process dies before the retry is in the schedule.</summary>
    [Fact]
    public async Task Process_CrashBehindAFailedAttempt_CountsItOnce()
    {
        _flow.Agents.Answer(call => call.Attempt == 1
            ? AgentReply.Fail(new(FailureKind.Unavailable, "It broke.", true, MayHaveRun: true)) with { Usage = Used }
            : AgentReply.Succeed("1"u8.ToArray()) with { Usage = Used });
        _flow.Faults.FailNext(nameof(ISchedule.PutAsync));
        await Assert.ThrowsAnyAsync<Exception>(() => _flow.ProcessAsync(_flow.ItemOf(_batch, 1)));

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1), redelivered: true);
        await ProcessAllAttemptsAsync(begin: false);

        Assert.Equal((ItemState.Succeeded, 2), await OutcomeAsync());
        await AssertUsageAsync(new(Used + Used), Used + Used);
    }

    [Fact]
    public async Task Process_AttemptsAndWorkersLost_KeepsWhatIsKnown()
    {
        _flow.Agents.Answer(_ =>
            AgentReply.Fail(new(FailureKind.Unavailable, "It broke.", true, MayHaveRun: true)) with { Usage = Used });
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));
        var session = ItemSession.IdFor(_batch.CorrelationId, 1);
        for (var start = 0; start < new WorkerOptions().MaxInterruptions; start++)
            await _flow.Get<IJournal>().AppendAsync(
                new(session, JournalEvent.IdFor(0, 2, start, JournalStatus.InvocationStarted), _flow.Time.GetUtcNow(),
                    JournalStatus.InvocationStarted, 2, "gone"),
                CancellationToken.None);
        _flow.Time.Advance(TimeSpan.FromHours(1));

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat: true), redelivered: true);

        Assert.Equal(FailureKind.WorkerLost, (await _flow.FindSettledAsync(_batch, 1))!.Failure!.Kind);
        await AssertUsageAsync(new(Used), Used);
    }

    [Fact]
    public async Task Process_BatchEndsAfterAFailedAttempt_KeepsItsUsage()
    {
        _flow.Agents.Answer(_ =>
            AgentReply.Fail(new(FailureKind.Unavailable, "It broke.", true, MayHaveRun: true)) with { Usage = Used });
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));
        await _flow.ChangeAsync(_batch, batch => batch.CurrentState = BatchStatus.Cancelling);

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat: true));

        Assert.Equal(ItemState.Cancelled, (await _flow.FindSettledAsync(_batch, 1))!.State);
        await AssertUsageAsync(new(Used), Used);
    }

    private void Answer(string json, TimeSpan took = default) => _flow.Agents.Answer(_ =>
    {
        _flow.Time.Advance(took);
        return AgentReply.Succeed(System.Text.Encoding.UTF8.GetBytes(json));
    });

    private async Task ProcessAllAttemptsAsync(bool begin = true)
    {
        if (begin)
            await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));
        for (var attempt = 2; attempt <= 3; attempt++)
        {
            _flow.Time.Advance(TimeSpan.FromMinutes(5));
            var schedule = _flow.Get<ISchedule>();
            foreach (var due in await schedule.ClaimDueAsync(
                _flow.Time.GetUtcNow(), 10, TimeSpan.FromSeconds(1), null, CancellationToken.None))
            {
                await schedule.CompleteAsync([due.Claim], CancellationToken.None);
                await _flow.ProcessAsync(
                    JsonSerializer.Deserialize<ProcessBatchItem>(due.Message.Body, FleetJson.Options)!);
            }
        }
    }

    private async Task<(ItemState State, int Attempts)> OutcomeAsync() =>
        (await _flow.FindSettledAsync(_batch, 1)) is { } settled ? (settled.State, settled.Attempts) : default;

    private async Task AssertUsageAsync(ItemUsage ofRow, AgentUsage ofBatch)
    {
        Assert.Equal(ofRow, (await _flow.FindSettledAsync(_batch, 1))!.Usage);
        Assert.Equal(ofBatch, (await _flow.Ledger.SumAsync(_batch.CorrelationId, CancellationToken.None)).Usage);
    }

    private async Task<JournalEvent> EventAsync(string status) =>
        Assert.Single(await _flow.ReadJournalAsync(_batch, 1), e => e.Status == status);

    private async Task<AgentUsage?> JournaledAsync(string status) =>
        AttemptDetail.Parse((await EventAsync(status)).Detail!)!.Usage;
}
