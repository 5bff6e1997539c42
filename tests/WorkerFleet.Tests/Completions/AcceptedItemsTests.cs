using System.Text;
using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Completions;
using WorkerFleet.DeadLetters;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Completions;

/// <summary>An agent that works in the background, from its acceptance to its outcome, in every order of things.</summary>
public sealed class AcceptedItemsTests : IAsyncLifetime
{
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(10);

    private FlowHarness _flow = null!;
    private BatchState _batch = null!;

    public async Task InitializeAsync()
    {
        _flow = await FlowHarness.StartAsync();
        _batch = await _flow.AddBatchAsync(FlowHarness.SliceSize);
        await _flow.DispatchAllAsync(_batch);
        _flow.Agents.CompleteWithin = Within;
    }

    public async Task DisposeAsync() => await _flow.DisposeAsync();

    [Fact]
    public async Task Process_AgentAccepts_NothingIsHeldButAnEntryForItsDeadline()
    {
        Assert.Equal(DeliveryOutcome.Done, await _flow.ProcessAsync(_flow.ItemOf(_batch, 1)));

        Assert.Null(await _flow.FindSettledAsync(_batch, 1));
        Assert.Empty(await DueAsync(Within - TimeSpan.FromSeconds(1)));
        var entry = Assert.Single(await DueAsync(Within));
        Assert.Equal((1L, 1, true), (entry.Index, entry.Attempt, entry.MayRepeat));
        Assert.Equal(
            [JournalStatus.InvocationAccepted, JournalStatus.InvocationStarted], await StatusesAsync());
        Assert.False(_flow.Get<InFlightItems>().Any(_batch.CorrelationId));
    }

    [Fact]
    public async Task Completed_AfterTheAcceptance_SettlesTheItemOnceHoweverOftenItComes()
    {
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        for (var time = 0; time < 3; time++)
        {
            await RecordAsync(Completed("""{"found":7}"""));
            foreach (var due in await DueAsync(TimeSpan.Zero))
                await _flow.ProcessAsync(due);
        }

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1), redelivered: true);
        await SettledAsync("""{"found":7}""");
    }

    [Fact]
    public async Task Completed_WithoutOutput_KeepsTheAnswerOfTheAcceptance()
    {
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        await RecordAsync(Completed(output: null));
        await _flow.ProcessAsync(Assert.Single(await DueAsync(TimeSpan.Zero)));

        await SettledAsync("\"ok\"");
    }

    [Theory]
    [InlineData("""{"usage":{"input_tokens":8,"output_tokens":3}}""", null, "2")]
    [InlineData("1", """{"input_tokens":8,"output_tokens":3}""", "2")]
    [InlineData("1", """{"input_tokens":8,"output_tokens":3,"cost_usd":0.5}""", "0.5")]
    public async Task Completed_TaskTellsItsUsage_IsCountedOnceAndPriced(string output, string? usage, string cost)
    {
        // A call, and an hour from it to the end of the task.
        _flow.Agents.Price = new() { PerCall = 1, PerHour = 1 };
        _flow.Agents.CompleteWithin = TimeSpan.FromHours(2);
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));
        _flow.Time.Advance(TimeSpan.FromHours(1));

        for (var time = 0; time < 2; time++)
        {
            await RecordAsync(Completed(output) with
            {
                CreatedAt = _flow.Time.GetUtcNow(), Usage = usage is null ? null : JsonElement.Parse(usage),
            });
            foreach (var due in await DueAsync(TimeSpan.Zero))
                await _flow.ProcessAsync(due);
        }

        var expected = new AgentUsage(8, 3, decimal.Parse(cost, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(new ItemUsage(expected), (await _flow.FindSettledAsync(_batch, 1))!.Usage);
        Assert.Equal(expected, (await _flow.Ledger.SumAsync(_batch.CorrelationId, CancellationToken.None)).Usage);
    }

    [Fact]
    public async Task Failed_TaskThatIsTriedAgain_CountsBothAttempts()
    {
        _flow.Agents.Price = new() { PerCall = 1 };
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));
        await RecordAsync(Failed(retryable: true));
        await _flow.ProcessAsync(Assert.Single(await DueAsync(TimeSpan.Zero)));
        _flow.Time.Advance(TimeSpan.FromHours(1));
        await _flow.ProcessAsync(Assert.Single(await DueAsync(TimeSpan.Zero)));

        await RecordAsync(Completed("1", attempt: 2));
        await _flow.ProcessAsync(Assert.Single(await DueAsync(TimeSpan.Zero)));

        var settled = (await _flow.FindSettledAsync(_batch, 1))!;
        Assert.Equal((ItemState.Succeeded, 2), (settled.State, settled.Attempts));
        Assert.Equal(new ItemUsage(new(CostUsd: 2)), settled.Usage);
    }

    [Fact]
    public async Task Completed_BeforeTheAcceptanceIsRecorded_SettlesTheItem()
    {
        _flow.Agents.OnInvoke = async (_, _) =>
        {
            await RecordAsync(Completed("1"));
            return AgentReply.Succeed("\"accepted\""u8.ToArray());
        };

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        await SettledAsync("1");
        Assert.Empty(await DueAsync(Within));
    }

    [Fact]
    public async Task Failed_BeforeTheAcceptanceIsRecorded_IsTriedAgain()
    {
        _flow.Agents.OnInvoke = async (_, _) =>
        {
            await RecordAsync(Failed(retryable: true));
            return AgentReply.Succeed("\"accepted\""u8.ToArray());
        };

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        Assert.Null(await _flow.FindSettledAsync(_batch, 1));
        Assert.Equal(2, Assert.Single(await DueAsync(TimeSpan.FromMinutes(1))).Attempt);
    }

    [Fact]
    public async Task Completed_WorkerDiedBeforeItRecordedTheAcceptance_IsNotInvokedAgain()
    {
        _flow.Agents.OnInvoke = async (_, _) =>
        {
            await RecordAsync(Completed("1"));
            _flow.Faults.FailNext(nameof(IJournal.AppendAsync));
            return AgentReply.Succeed("\"accepted\""u8.ToArray());
        };
        await Assert.ThrowsAnyAsync<Exception>(() => _flow.ProcessAsync(_flow.ItemOf(_batch, 1)));

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1), redelivered: true);

        await SettledAsync("1");
    }

    [Fact]
    public async Task Accepted_WorkerDiedBeforeTheEntryWasMade_TheNextDeliveryMakesIt()
    {
        _flow.Faults.FailNext(nameof(ISchedule.PutAsync));
        await Assert.ThrowsAnyAsync<Exception>(() => _flow.ProcessAsync(_flow.ItemOf(_batch, 1)));

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1), redelivered: true);

        Assert.Single(_flow.Agents.Calls);
        Assert.Empty(await DueAsync(Within - TimeSpan.FromSeconds(1)));
        Assert.Single(await DueAsync(Within));
    }

    [Fact]
    public async Task Failed_Retryable_IsTriedAgainInASessionOfItsOwn()
    {
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));
        await RecordAsync(Failed(retryable: null));
        await _flow.ProcessAsync(Assert.Single(await DueAsync(TimeSpan.Zero)));
        Assert.Null(await _flow.FindSettledAsync(_batch, 1));

        _flow.Time.Advance(TimeSpan.FromMinutes(1));
        await _flow.ProcessAsync(Assert.Single(await DueAsync(TimeSpan.Zero)));

        Assert.Equal(
            [ItemSession.ForAttempt(_batch.CorrelationId, 1, 1), ItemSession.ForAttempt(_batch.CorrelationId, 1, 2)],
            _flow.Agents.Calls.Select(call => call.SessionId));
        // Late, and of the first attempt: of no interest any more.
        await RecordAsync(Completed("1"));
        foreach (var due in await DueAsync(TimeSpan.Zero))
            await _flow.ProcessAsync(due);
        Assert.Null(await _flow.FindSettledAsync(_batch, 1));
        Assert.Equal(2, _flow.Agents.Calls.Count);
        await RecordAsync(Completed("2", attempt: 2));
        await _flow.ProcessAsync(Assert.Single(await DueAsync(TimeSpan.Zero)));
        Assert.Equal("2", Encoding.UTF8.GetString((await _flow.FindSettledAsync(_batch, 1))!.Output.Span));
    }

    [Fact]
    public async Task Failed_ForGood_GoesToTheDeadLettersWithItsReason()
    {
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));
        await RecordAsync(Failed(retryable: false));

        await _flow.ProcessAsync(Assert.Single(await DueAsync(TimeSpan.Zero)));

        var settled = await _flow.FindSettledAsync(_batch, 1);
        Assert.Equal((ItemState.Failed, "no such customer"), (settled!.State, settled.Failure!.Message));
        Assert.Single(_flow.Sent<ItemsExhausted>());
    }

    [Fact]
    public async Task Silent_PastTheDeadline_IsTriedOnceMoreAndThenADeadLetter()
    {
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));
        _flow.Time.Advance(Within);
        await _flow.ProcessAsync(Assert.Single(await DueAsync(TimeSpan.Zero)));
        Assert.Null(await _flow.FindSettledAsync(_batch, 1));

        _flow.Time.Advance(TimeSpan.FromMinutes(1));
        await _flow.ProcessAsync(Assert.Single(await DueAsync(TimeSpan.Zero)));
        _flow.Time.Advance(Within);
        await _flow.ProcessAsync(Assert.Single(await DueAsync(TimeSpan.Zero)));

        var settled = await _flow.FindSettledAsync(_batch, 1);
        Assert.Equal((ItemState.Failed, FailureKind.Timeout, 2), (settled!.State, settled.Failure!.Kind, settled.Attempts));
        Assert.True(settled.Failure.MayHaveRun);
        Assert.Equal(2, _flow.Agents.Calls.Count);
    }

    [Fact]
    public async Task Redelivered_WhileAccepted_DoesNotInvokeAgain()
    {
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1), redelivered: true);

        Assert.Single(_flow.Agents.Calls);
        Assert.Single(await DueAsync(Within));
    }

    [Fact]
    public async Task Cancelled_WhileAccepted_IsCancelledUnlessItsTaskIsDone()
    {
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 2));
        await RecordAsync(Completed("1"));
        await _flow.ChangeAsync(_batch, batch =>
        {
            batch.CurrentState = BatchStatus.Cancelling;
            batch.EndStatus = BatchStatus.Cancelled;
            batch.EndReason = "enough";
            batch.EndRequestedAt = _flow.Time.GetUtcNow();
        });

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1), redelivered: true);
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 2), redelivered: true);

        Assert.Equal(ItemState.Succeeded, (await _flow.FindSettledAsync(_batch, 1))!.State);
        Assert.Equal(ItemState.Cancelled, (await _flow.FindSettledAsync(_batch, 2))!.State);
    }

    [Theory]
    [InlineData(null, "AGENT_BACKGROUND_TASK_COMPLETED", "sessionId: is missing")]
    [InlineData("b-1", "AGENT_BACKGROUND_TASK_COMPLETED", "'b-1' is no session of this fleet")]
    [InlineData("b-00000000000000000000000000000000-0000000001-1", "AGENT_BACKGROUND_TASK_COMPLETED", "does not exist")]
    [InlineData("b-00000000000000000000000000000000-0000000001-1", null, "status: is missing")]
    public async Task Record_EventThatSaysNothing_SaysWhatIsWrong(string? session, string? status, string problem) =>
        Assert.Contains(
            problem,
            await _flow.Get<CompletionRecorder>().RecordAsync(
                new() { SessionId = session, Status = status }, CancellationToken.None),
            StringComparison.Ordinal);

    [Fact]
    public async Task Record_RowBeyondTheBatchOrTooLarge_SaysWhatIsWrong()
    {
        var recorder = _flow.Get<CompletionRecorder>();
        var large = JsonSerializer.SerializeToElement(new string('x', CompletionRecorder.MaxOutputBytes));

        Assert.Contains("does not exist", await recorder.RecordAsync(
            Completed("1") with { SessionId = ItemSession.ForAttempt(_batch.CorrelationId, 4, 1) }, CancellationToken.None),
            StringComparison.Ordinal);
        Assert.Contains("output: is larger than 200 KiB", await recorder.RecordAsync(
            Completed("1") with { Output = large }, CancellationToken.None), StringComparison.Ordinal);
    }

    private async Task SettledAsync(string output)
    {
        var settled = await _flow.FindSettledAsync(_batch, 1);
        Assert.Equal((ItemState.Succeeded, 1), (settled!.State, settled.Attempts));
        Assert.Equal(output, Encoding.UTF8.GetString(settled.Output.Span));
        Assert.Single(_flow.Agents.Calls);
        Assert.Single(await StatusesAsync(), JournalStatus.InvocationSucceeded);
    }

    private AgentEvent Completed(string? output, int attempt = 1) => new()
    {
        SessionId = ItemSession.ForAttempt(_batch.CorrelationId, 1, attempt),
        Status = JournalStatus.BackgroundTaskCompleted,
        Output = output is null ? null : JsonElement.Parse(output),
    };

    private AgentEvent Failed(bool? retryable) => new()
    {
        SessionId = ItemSession.ForAttempt(_batch.CorrelationId, 1, 1),
        Status = JournalStatus.BackgroundTaskFailed,
        ErrorMessage = "no such customer",
        Retryable = retryable,
    };

    private async Task RecordAsync(AgentEvent agentEvent) =>
        Assert.Null(await _flow.Get<CompletionRecorder>().RecordAsync(agentEvent, CancellationToken.None));

    private async Task<IEnumerable<string>> StatusesAsync() =>
        (await _flow.ReadJournalAsync(_batch, 1)).Select(journaled => journaled.Status).Order(StringComparer.Ordinal);

    /// <summary>What the schedule would send after so long, taken out of it.</summary>
    private async Task<List<ProcessBatchItem>> DueAsync(TimeSpan after)
    {
        var schedule = _flow.Get<ISchedule>();
        var due = await schedule.ClaimDueAsync(
            _flow.Time.GetUtcNow() + after, 10, TimeSpan.FromSeconds(1), null, CancellationToken.None);
        await schedule.CompleteAsync([.. due.Select(claimed => claimed.Claim)], CancellationToken.None);
        return [.. due.Where(claimed => claimed.Message.Queue == QueueNames.Items(BatchPriority.Normal))
            .Select(claimed => JsonSerializer.Deserialize<ProcessBatchItem>(claimed.Message.Body, FleetJson.Options)!)];
    }
}
