using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Items;

public sealed class ItemProcessorTests : IAsyncLifetime
{
    private FlowHarness _flow = null!;
    private BatchState _batch = null!;

    public async Task InitializeAsync()
    {
        _flow = await FlowHarness.StartAsync();
        _batch = await DispatchedAsync();
    }

    public async Task DisposeAsync() => await _flow.DisposeAsync();

    [Fact]
    public async Task Process_AgentAnswers_ItemSucceedsWithItsJournal()
    {
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        var settled = await _flow.FindSettledAsync(_batch, 1);
        Assert.Equal((ItemState.Succeeded, 1), (settled!.State, settled.Attempts));
        Assert.Equal("\"ok\"", System.Text.Encoding.UTF8.GetString(settled.Output.Span));
        Assert.Equal(
            [JournalStatus.InvocationStarted, JournalStatus.InvocationSucceeded],
            (await _flow.ReadJournalAsync(_batch, 1)).OrderBy(e => e.At).Select(e => e.Status));
        Assert.Equal(ItemSession.ForAttempt(_batch.CorrelationId, 1, 1), Assert.Single(_flow.Agents.Calls).SessionId);
    }

    [Fact]
    public async Task Process_SliceHalfAndWholeSettled_TellsTheSagaOnceOfEach()
    {
        for (var i = 0; i < FlowHarness.SliceSize; i++)
            await _flow.ProcessAsync(_flow.ItemOf(_batch, i));

        Assert.Equal([new SliceDraining(_batch.CorrelationId, 0)], _flow.Sent<SliceDraining>());
        Assert.Equal([new SliceSettled(_batch.CorrelationId, 0)], _flow.Sent<SliceSettled>());
    }

    [Fact]
    public async Task Process_TransientFailure_IsScheduledForItsNextAttempt()
    {
        _flow.Agents.Answer(_ => TestAgents.Fail(retryable: true, retryAfter: TimeSpan.FromSeconds(40)));

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        Assert.Null(await _flow.FindSettledAsync(_batch, 1));
        var retry = Assert.Single(await ScheduledAsync(TimeSpan.FromSeconds(40)));
        Assert.Equal((2, true), (retry.Attempt, retry.MayRepeat));
        Assert.Empty(await ScheduledAsync(TimeSpan.FromSeconds(39)));
    }

    [Fact]
    public async Task Process_AttemptsUsedUp_FailsAndReports()
    {
        _flow.Agents.Answer(_ => TestAgents.Fail(retryable: true));
        var item = _flow.ItemOf(_batch, 1);

        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await _flow.ProcessAsync(item);
            _flow.Time.Advance(TimeSpan.FromMinutes(2));
            item = (await ScheduledAsync(TimeSpan.Zero)).SingleOrDefault() ?? item;
        }

        var settled = await _flow.FindSettledAsync(_batch, 1);
        Assert.Equal((ItemState.Failed, 3, FailureKind.Unavailable), (settled!.State, settled.Attempts, settled.Failure!.Kind));
        Assert.Equal([1, 2, 3], _flow.Agents.Calls.Select(call => call.Attempt));
        var letter = Assert.Single(Assert.Single(_flow.Sent<ItemsExhausted>()).Items).Letter;
        Assert.Equal((1L, 3), (letter.Index, letter.Attempts));
    }

    [Fact]
    public async Task Process_PermanentFailure_FailsAtOnce()
    {
        _flow.Agents.Answer(_ => TestAgents.Fail(retryable: false));

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        Assert.Equal(ItemState.Failed, (await _flow.FindSettledAsync(_batch, 1))!.State);
        Assert.Empty(await ScheduledAsync(TimeSpan.FromDays(1)));
    }

    [Fact]
    public async Task Process_AgentThrows_IsAFailureThatIsTriedAgain()
    {
        _flow.Agents.OnInvoke = (_, _) => throw new InvalidOperationException("a bug");

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        Assert.Single(await ScheduledAsync(TimeSpan.FromDays(1)));
        Assert.Contains("InvalidOperationException: a bug", (await FailureAsync(_batch)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_UnknownAgent_FailsWithItsName()
    {
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1) with { Agent = "nobody" });

        var failure = (await _flow.FindSettledAsync(_batch, 1))!.Failure!;
        Assert.Equal(FailureKind.InvalidInput, failure.Kind);
        Assert.Contains("'nobody'", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 0)]
    [InlineData(false, 50)]
    public async Task Process_NoAnswerInTime_IsATimeoutEvenIfTheAgentHeedsNoToken(bool heedsToken, int cleanUpMs)
    {
        var batch = await ImpatientAsync();
        _flow.Agents.CleanUpLimit = TimeSpan.FromMilliseconds(cleanUpMs);
        _flow.Agents.OnInvoke = async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, heedsToken ? token : CancellationToken.None);
            return AgentReply.Succeed(default);
        };

        await _flow.ProcessAsync(_flow.ItemOf(batch, 1)).WaitAsync(TimeSpan.FromSeconds(30));

        var failure = await FailureAsync(batch);
        Assert.Equal((FailureKind.Timeout, true), (failure.Kind, failure.MayHaveRun));
        Assert.Single(await ScheduledAsync(TimeSpan.FromDays(1)));
    }

    /// <summary>The process may end with the last row: a session that is not stopped by then is paid for until it was idle.</summary>
    [Fact]
    public async Task Process_NoAnswerInTime_EndsOnceTheAgentHasCleanedUp()
    {
        var batch = await ImpatientAsync();
        var (cleaning, cleaned) = (new TaskCompletionSource(), new TaskCompletionSource());
        _flow.Agents.CleanUpLimit = TimeSpan.FromMinutes(5);
        _flow.Agents.OnInvoke = async (_, token) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            catch (OperationCanceledException)
            {
                cleaning.SetResult();
                await cleaned.Task;
                throw;
            }
            return AgentReply.Succeed(default);
        };

        var process = _flow.ProcessAsync(_flow.ItemOf(batch, 1));
        await cleaning.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(process.IsCompleted);
        cleaned.SetResult();
        await process.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(FailureKind.Timeout, (await FailureAsync(batch)).Kind);
        Assert.Single(_flow.Agents.Calls);
    }

    [Fact]
    public async Task Process_AnswerWhileTheAgentCleansUp_IsTheAnswer()
    {
        var batch = await ImpatientAsync();
        _flow.Agents.CleanUpLimit = TimeSpan.FromMinutes(5);
        _flow.Agents.OnInvoke = async (_, token) =>
        {
            await Task.WhenAny(Task.Delay(Timeout.Infinite, token));
            return AgentReply.Succeed("\"late\""u8.ToArray());
        };

        await _flow.ProcessAsync(_flow.ItemOf(batch, 1)).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(ItemState.Succeeded, (await _flow.FindSettledAsync(batch, 1))!.State);
        Assert.Empty(await ScheduledAsync(TimeSpan.FromDays(1)));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Process_RepeatOfASettledItem_TellsAgainAndChangesNothing(bool mayRepeat, bool redelivered)
    {
        _flow.Agents.Answer(_ => TestAgents.Fail(retryable: false));
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));
        var before = (await _flow.FindSettledAsync(_batch, 1), await _flow.CountAsync(_batch));

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat), redelivered);

        Assert.Single(_flow.Agents.Calls);
        Assert.Equal(before.Item2, await _flow.CountAsync(_batch));
        Assert.Equal(before.Item1!.SettledAt, (await _flow.FindSettledAsync(_batch, 1))!.SettledAt);
        Assert.Equal(2, _flow.Sent<ItemsExhausted>().Count);
    }

    /// <summary>The worker died before it could tell; nothing is sent of the item when the batch is resumed.</summary>
    [Fact]
    public async Task Process_RepeatOfASettledItemOfAPausedBatch_TellsAgain()
    {
        _flow.Agents.Answer(_ => TestAgents.Fail(retryable: false));
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));
        await _flow.ChangeAsync(_batch, batch => batch.CurrentState = BatchStatus.Paused);

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1), redelivered: true);

        Assert.Single(_flow.Agents.Calls);
        Assert.Equal(2, _flow.Sent<ItemsExhausted>().Count);
    }

    /// <summary>In the cloud store a worker can die between the outcome and its event.</summary>
    [Fact]
    public async Task NotifyAgain_OutcomeWithoutItsEvent_JournalsIt()
    {
        var item = _flow.ItemOf(_batch, 1);
        await _flow.ProcessAsync(item);
        var settled = (await _flow.FindSettledAsync(_batch, 1))!;
        var missing = new JournalEvent(
            ItemSession.IdFor(item.BatchId, item.Index), JournalEvent.IdFor(0, 1, 7, JournalStatus.InvocationSucceeded),
            settled.SettledAt, JournalStatus.InvocationSucceeded, 1, "worker", "{}");

        for (var delivery = 0; delivery < 2; delivery++)
            await _flow.Get<ItemOutcomes>().NotifyAgainAsync(
                item, settled with { Event = missing }, CancellationToken.None);

        Assert.Single(await _flow.ReadJournalAsync(_batch, 1), missing);
    }

    [Fact]
    public async Task Process_FirstMessageBehindItsOwnRepeat_DoesNotInvokeAgain()
    {
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat: true));

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        Assert.Single(_flow.Agents.Calls);
    }

    [Fact]
    public async Task Process_RepeatWhileInFlight_IsLeftToTheOne()
    {
        var (entered, leave) = HoldAgent();
        var first = _flow.ProcessAsync(_flow.ItemOf(_batch, 1));
        await entered;

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat: true));
        leave();
        await first;

        Assert.Single(_flow.Agents.Calls);
        Assert.Equal(ItemState.Succeeded, (await _flow.FindSettledAsync(_batch, 1))!.State);
    }

    [Fact]
    public async Task Process_RepeatWhileLetGoByAPause_IsNotLostWithIt()
    {
        _batch = await DispatchedAsync(b => b.Spec = b.Spec with { Limits = b.Spec.Limits with { Concurrency = 1 } });
        var (entered, leave) = HoldAgent();
        var holder = _flow.ProcessAsync(_flow.ItemOf(_batch, 0));
        await entered;
        var waiting = Task.Run(() => _flow.ProcessAsync(_flow.ItemOf(_batch, 1)));
        await Eventually.HoldsAsync(() => _flow.ReadJournalAsync(_batch, 1), events => events.Count == 1);
        using var givesBack = new ManualResetEventSlim();
        using var resumed = new ManualResetEventSlim();
        _flow.Faults.OnCall = method =>
        {
            if (method != nameof(IJournal.AppendAsync) || givesBack.IsSet)
                return;
            givesBack.Set();
            resumed.Wait();
        };
        await _flow.ChangeAsync(_batch, b => b.CurrentState = BatchStatus.Paused);
        await Task.Run(givesBack.Wait);
        leave();
        await holder;

        await _flow.ChangeAsync(_batch, b => b.CurrentState = BatchStatus.Processing);
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat: true));
        Assert.Null(await _flow.FindSettledAsync(_batch, 1));
        resumed.Set();
        await waiting;

        Assert.Equal(ItemState.Succeeded, (await _flow.FindSettledAsync(_batch, 1))!.State);
    }

    [Fact]
    public async Task Process_PausedBatch_LetsTheMessageGo()
    {
        await _flow.ChangeAsync(_batch, b => b.CurrentState = BatchStatus.Paused);

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        Assert.Empty(_flow.Agents.Calls);
        Assert.Empty(await _flow.ReadJournalAsync(_batch, 1));
    }

    [Fact]
    public async Task Process_BatchWasResumedAndThisProcessDoesNotKnowYet_IsNotLetGo()
    {
        await _flow.ChangeAsync(_batch, b => b.CurrentState = BatchStatus.Paused);
        var store = _flow.Get<IBatchStore>();
        var resumed = (await store.FindAsync(_batch.CorrelationId, CancellationToken.None))!;
        resumed.CurrentState = BatchStatus.Processing;
        await store.UpdateAsync(resumed, resumed.Version++, CancellationToken.None);

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        Assert.Equal(ItemState.Succeeded, (await _flow.FindSettledAsync(_batch, 1))?.State);
    }

    [Fact]
    public async Task Process_PauseWhileWaitingForAPermit_GivesTheAttemptBack()
    {
        _batch = await DispatchedAsync(b => b.Spec = b.Spec with { Limits = b.Spec.Limits with { Concurrency = 1 } });
        var (entered, leave) = HoldAgent();
        var holder = _flow.ProcessAsync(_flow.ItemOf(_batch, 0));
        await entered;
        var waiting = _flow.ProcessAsync(_flow.ItemOf(_batch, 1));
        await Eventually.HoldsAsync(() => _flow.ReadJournalAsync(_batch, 1), events => events.Count == 1);
        await _flow.ChangeAsync(_batch, b => b.CurrentState = BatchStatus.Paused);
        Assert.Equal(DeliveryOutcome.Done, await waiting);
        leave();
        await holder;

        Assert.Single(_flow.Agents.Calls);
        var history = ItemHistory.Read(await _flow.ReadJournalAsync(_batch, 1));
        Assert.Equal((1, 0), (history.Starts, history.Interruptions));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Process_BrokerLostDuringTheCall_IsNotPutDownToTheItem(bool stops)
    {
        using var lost = new CancellationTokenSource();
        _flow.Agents.OnInvoke = async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return AgentReply.Succeed(default);
        };
        var processing = _flow.Get<ItemProcessor>().ProcessAsync(_flow.ItemOf(_batch, 1), redelivered: false, lost.Token);
        await Eventually.IsTrueAsync(() => _flow.Agents.Calls.Count == 1);

        if (stops)
            _flow.Lifetime.StopApplication();
        await lost.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => processing);

        var history = ItemHistory.Read(await _flow.ReadJournalAsync(_batch, 1));
        Assert.Equal((1, 0), (history.Starts, history.Interruptions));
        // Only what a stop gives up is told to whoever stops the process.
        Assert.Equal(stops ? 1 : 0, _flow.Get<InFlightItems>().GivenUp);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Process_BrokerLostWhenTheAgentHasAnswered_KeepsItsAnswer(bool succeeds)
    {
        using var lost = new CancellationTokenSource();
        _flow.Agents.Answer(_ =>
        {
            lost.Cancel();
            return succeeds ? AgentReply.Succeed("1"u8.ToArray()) : TestAgents.Fail(retryable: true);
        });

        await _flow.Get<ItemProcessor>().ProcessAsync(_flow.ItemOf(_batch, 1), redelivered: false, lost.Token);
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat: true));

        Assert.Single(_flow.Agents.Calls);
        var events = (await _flow.ReadJournalAsync(_batch, 1)).Select(e => e.Status).Order();
        var end = succeeds ? JournalStatus.InvocationSucceeded : JournalStatus.InvocationFailed;
        Assert.Equal(new[] { JournalStatus.InvocationStarted, end }.Order(), events);
    }

    [Fact]
    public async Task Process_StopWhileWaitingForAPermit_GivesTheAttemptBack()
    {
        _batch = await DispatchedAsync(b => b.Spec = b.Spec with { Limits = b.Spec.Limits with { Concurrency = 1 } });
        var (entered, leave) = HoldAgent();
        var holder = _flow.ProcessAsync(_flow.ItemOf(_batch, 0));
        await entered;
        var waiting = _flow.ProcessAsync(_flow.ItemOf(_batch, 1));
        await Eventually.HoldsAsync(() => _flow.ReadJournalAsync(_batch, 1), events => events.Count == 1);

        _flow.Lifetime.StopApplication();
        Assert.Equal(DeliveryOutcome.LetGo, await waiting);
        leave();
        await holder;

        Assert.Equal(JournalStatus.Released, (await _flow.ReadJournalAsync(_batch, 1))[^1].Status);
        Assert.Equal(ItemState.Succeeded, (await _flow.FindSettledAsync(_batch, 0))!.State);
    }

    [Fact]
    public async Task Process_EndingBatch_CancelsWhatHasNotBegun()
    {
        await EndAsync(_batch);

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        var settled = await _flow.FindSettledAsync(_batch, 1);
        Assert.Equal((ItemState.Cancelled, 0), (settled!.State, settled.Attempts));
        Assert.Contains("enough", settled.Failure!.Message, StringComparison.Ordinal);
        Assert.Empty(_flow.Agents.Calls);
    }

    [Fact]
    public async Task Process_SentToBeCancelledBeforeThisProcessKnowsOfIt_IsCancelled()
    {
        await _flow.Get<BatchDirectory>().FindAsync(_batch.CorrelationId, CancellationToken.None);
        var store = _flow.Get<IBatchStore>();
        var stored = (await store.FindAsync(_batch.CorrelationId, CancellationToken.None))!;
        stored.CurrentState = BatchStatus.Cancelling;
        await store.UpdateAsync(stored, stored.Version++, CancellationToken.None);

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat: true) with { Agent = "" });

        Assert.Equal(ItemState.Cancelled, (await _flow.FindSettledAsync(_batch, 1))!.State);
    }

    [Fact]
    public async Task Process_SentToBeCancelledByABatchThatNoLongerEnds_IsDropped()
    {
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat: true) with { Agent = "" });

        Assert.Null(await _flow.FindSettledAsync(_batch, 1));
        Assert.Empty(await _flow.ReadJournalAsync(_batch, 1));
    }

    [Fact]
    public async Task Process_InFlightWhenTheGraceOfAnEndIsOver_IsCancelled()
    {
        _flow.Agents.OnInvoke = async (_, _) =>
        {
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return AgentReply.Succeed(default);
        };
        var processing = _flow.ProcessAsync(_flow.ItemOf(_batch, 1));
        await Eventually.IsTrueAsync(() => _flow.Agents.Calls.Count == 1);

        await EndAsync(_batch);
        var view = (await _flow.Get<BatchDirectory>().FindAsync(_batch.CorrelationId, CancellationToken.None))!;
        await view.AbandonIfEndingSinceAsync(_flow.Time.GetUtcNow().AddSeconds(1));
        await processing.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(ItemState.Cancelled, (await _flow.FindSettledAsync(_batch, 1))!.State);
    }

    [Fact]
    public async Task Process_ReplayAfterAnAbandonedEnd_InvokesAgain()
    {
        await EndAsync(_batch);
        var view = (await _flow.Get<BatchDirectory>().FindAsync(_batch.CorrelationId, CancellationToken.None))!;
        await view.AbandonIfEndingSinceAsync(_flow.Time.GetUtcNow().AddSeconds(1));
        _flow.Agents.OnInvoke = async (_, token) =>
        {
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            return AgentReply.Succeed("1"u8.ToArray());
        };

        await _flow.ChangeAsync(_batch, b => (b.CurrentState, b.EndRequestedAt, b.Round) = (BatchStatus.Processing, null, 1));
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat: true, round: 1));

        Assert.Equal(ItemState.Succeeded, (await _flow.FindSettledAsync(_batch, 1))!.State);
    }

    [Fact]
    public async Task Invoke_ReplayBeforeTheAbandonedCallHasEnded_IsNoTimeout()
    {
        _flow.Agents.CleanUpLimit = TimeSpan.FromMinutes(1);
        var ends = new TaskCompletionSource();
        _flow.Agents.OnInvoke = async (_, token) =>
        {
            await ends.Task;
            token.ThrowIfCancellationRequested();
            return AgentReply.Succeed("1"u8.ToArray());
        };
        var view = (await _flow.Get<BatchDirectory>().FindAsync(_batch.CorrelationId, CancellationToken.None))!;
        var invoking = _flow.Get<AgentInvoker>().InvokeAsync(view, _flow.ItemOf(_batch, 1), 0, CancellationToken.None);

        await EndAsync(_batch);
        await view.AbandonIfEndingSinceAsync(_flow.Time.GetUtcNow().AddSeconds(1));
        await _flow.ChangeAsync(_batch, b => (b.CurrentState, b.EndRequestedAt, b.Round) = (BatchStatus.Processing, null, 1));
        ends.SetResult();

        Assert.Null(await invoking);
    }

    [Theory]
    [InlineData(BatchStatus.Aggregating)]
    [InlineData(BatchStatus.Cancelled)]
    public async Task Process_LateMessageOfABatchThatIsOver_InvokesNobody(string status)
    {
        await _flow.ChangeAsync(_batch, b => b.CurrentState = status);

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));

        Assert.Empty(_flow.Agents.Calls);
    }

    [Fact]
    public async Task Process_UnknownBatch_IsDropped()
    {
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1) with { BatchId = Guid.CreateVersion7() });

        Assert.Empty(_flow.Agents.Calls);
    }

    [Fact]
    public async Task Process_WorkerDiedInTheAttempt_BeginsItAgain()
    {
        await BeginAsync(starts: 9);

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat: true));

        Assert.Equal(1, Assert.Single(_flow.Agents.Calls).Attempt);
        Assert.Equal(ItemState.Succeeded, (await _flow.FindSettledAsync(_batch, 1))!.State);
    }

    [Fact]
    public async Task Process_EveryWorkerDiedInTheAttempt_FailsTheItem()
    {
        await BeginAsync(starts: 10);

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat: true));

        var settled = await _flow.FindSettledAsync(_batch, 1);
        Assert.Equal((ItemState.Failed, FailureKind.WorkerLost), (settled!.State, settled.Failure!.Kind));
        Assert.Empty(_flow.Agents.Calls);
    }

    [Fact]
    public async Task Process_ItemsThatWorkersDiedWith_AreWorkedOnOneAtATime()
    {
        foreach (var index in (long[])[1, 2, 3])
            await BeginAsync(starts: index == 3 ? 1 : 2, index);
        var (entered, leave) = HoldAgent();
        var suspect = _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat: true));
        await entered;

        var second = _flow.ProcessAsync(_flow.ItemOf(_batch, 2, mayRepeat: true));
        var healthy = _flow.ProcessAsync(_flow.ItemOf(_batch, 3, mayRepeat: true));
        await Eventually.IsTrueAsync(() => _flow.Agents.Calls.Count == 2);
        Assert.Equal([1, 3], _flow.Agents.Calls.Select(call => call.Index).Order());
        Assert.Equal(2, (await _flow.ReadJournalAsync(_batch, 2)).Count);
        leave();
        await Task.WhenAll(suspect, second, healthy);

        Assert.Equal(ItemState.Succeeded, (await _flow.FindSettledAsync(_batch, 2))!.State);
    }

    [Theory]
    [InlineData(BatchStatus.Paused, DeliveryOutcome.Done)]
    [InlineData(BatchStatus.Cancelling, DeliveryOutcome.Done)]
    [InlineData(null, DeliveryOutcome.LetGo)]
    public async Task Process_NotAdmittedWhenTheBatchOrTheProcessStops_IsLeftAtOnce(string? status, DeliveryOutcome expected)
    {
        var batch = await _flow.AddBatchAsync(200, b => b.Spec = b.Spec with
        {
            Limits = b.Spec.Limits with { Concurrency = 1 },
        });
        await _flow.DispatchAllAsync(batch);
        var (entered, leave) = HoldAgent();
        var holder = _flow.ProcessAsync(_flow.ItemOf(batch, 0));
        await entered;
        var waiting = Enumerable.Range(1, 199).Select(i => _flow.ProcessAsync(_flow.ItemOf(batch, i))).ToList();
        var governor = _flow.Get<WorkerFleet.Workers.InvocationGovernor>();
        Assert.InRange(governor.InFlight, 2, 5);

        if (status is null)
            _flow.Lifetime.StopApplication();
        else
            await _flow.ChangeAsync(batch, b => b.CurrentState = status);
        Assert.All(await Task.WhenAll(waiting), outcome => Assert.Equal(expected, outcome));

        Assert.Single(_flow.Agents.Calls);
        var counts = await _flow.CountAsync(batch);
        Assert.Equal(status == BatchStatus.Cancelling ? 199 : 0, counts.Cancelled);
        Assert.DoesNotContain(
            await _flow.ReadJournalAsync(batch, 150), e => e.Status == JournalStatus.InvocationStarted);
        leave();
        await holder;
        Assert.Equal(0, governor.InFlight);
    }

    [Fact]
    public async Task Process_RepeatWhileTheRetryWaits_PutsItIntoTheScheduleAgain()
    {
        _flow.Agents.Answer(_ => TestAgents.Fail(retryable: true, retryAfter: TimeSpan.FromSeconds(40)));
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));
        await _flow.Get<ISchedule>().DeleteBatchAsync(_batch.CorrelationId, CancellationToken.None);

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat: true));

        Assert.Single(_flow.Agents.Calls);
        Assert.Equal(2, Assert.Single(await ScheduledAsync(TimeSpan.FromSeconds(40))).Attempt);
        Assert.Empty(await ScheduledAsync(TimeSpan.FromSeconds(39)));
    }

    [Fact]
    public async Task Process_MessageFromBeforeAReplay_SettlesInTheRoundThereIs()
    {
        _flow.Agents.Answer(_ => TestAgents.Fail(retryable: false));
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1));
        await _flow.ChangeAsync(_batch, b => b.Round = 1);
        await JournalAsync(JournalEvent.IdFor(1, 1, 0, JournalStatus.ReplayRequested), JournalStatus.ReplayRequested);
        await _flow.Ledger.ReopenAsync(_batch.CorrelationId, 0, [1], 1, CancellationToken.None);
        _flow.Agents.Answer(_ => AgentReply.Succeed("1"u8.ToArray()));

        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat: true, round: 0));

        var settled = await _flow.FindSettledAsync(_batch, 1);
        Assert.Equal((ItemState.Succeeded, 1), (settled!.State, settled.Round));
    }

    [Fact]
    public async Task Process_LedgerFailsAfterTheAnswer_IsAttemptedAgainByTheNextDelivery()
    {
        _flow.Faults.FailNext(nameof(ILedger.SettleAsync));

        await Assert.ThrowsAsync<WorkerFleet.Storage.StoreException>(() => _flow.ProcessAsync(_flow.ItemOf(_batch, 1)));
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat: true));

        Assert.Equal(2, _flow.Agents.Calls.Count);
        Assert.Equal(new ItemCounts(7, 1, 0, 0, 0), await _flow.CountAsync(_batch));
    }

    [Fact]
    public async Task Process_ScheduleFailsAfterTheFailure_TheNextDeliveryPutsTheRetry()
    {
        _flow.Agents.Answer(_ => TestAgents.Fail(retryable: true, retryAfter: TimeSpan.FromSeconds(40)));
        _flow.Faults.FailNext(nameof(ISchedule.PutAsync));

        await Assert.ThrowsAsync<WorkerFleet.Storage.StoreException>(() => _flow.ProcessAsync(_flow.ItemOf(_batch, 1)));
        await _flow.ProcessAsync(_flow.ItemOf(_batch, 1, mayRepeat: true));

        Assert.Single(_flow.Agents.Calls);
        Assert.Single(await ScheduledAsync(TimeSpan.FromSeconds(40)));
    }

    private async Task<BatchState> DispatchedAsync(Action<BatchState>? change = null)
    {
        var batch = await _flow.AddBatchAsync(2 * FlowHarness.SliceSize, change);
        await _flow.DispatchAllAsync(batch);
        return batch;
    }

    /// <summary>A batch whose attempts have next to no time.</summary>
    private Task<BatchState> ImpatientAsync() => DispatchedAsync(batch => batch.Spec = batch.Spec with
    {
        Limits = batch.Spec.Limits with { AttemptTimeout = TimeSpan.FromMilliseconds(50) },
    });

    private Task EndAsync(BatchState batch) => _flow.ChangeAsync(batch, b =>
        (b.CurrentState, b.EndReason, b.EndStatus, b.EndRequestedAt) =
            (BatchStatus.Cancelling, "enough", BatchStatus.Cancelled, _flow.Time.GetUtcNow()));

    /// <summary>Makes the agent wait until it is told to leave.</summary>
    private (Task Entered, Action Leave) HoldAgent()
    {
        var entered = new TaskCompletionSource();
        var leave = new TaskCompletionSource();
        _flow.Agents.OnInvoke = async (_, _) =>
        {
            entered.TrySetResult();
            await leave.Task;
            return AgentReply.Succeed("1"u8.ToArray());
        };
        return (entered.Task, leave.SetResult);
    }

    /// <summary>Journals the starts of workers that died.</summary>
    private async Task BeginAsync(int starts, long index = 1)
    {
        for (var start = 0; start < starts; start++)
            await JournalAsync(
                JournalEvent.IdFor(0, 1, start, JournalStatus.InvocationStarted), JournalStatus.InvocationStarted, index);
    }

    /// <summary>An event of the row's first attempt.</summary>
    private Task JournalAsync(string eventId, string status, long index = 1) => _flow.Get<IJournal>().AppendAsync(
        new(ItemSession.IdFor(_batch.CorrelationId, index), eventId, _flow.Time.GetUtcNow(), status, 1), CancellationToken.None);

    /// <summary>Why row 1's one attempt failed, by the journal.</summary>
    private async Task<ItemFailure> FailureAsync(BatchState batch)
    {
        var failed = Assert.Single(
            await _flow.ReadJournalAsync(batch, 1), e => e.Status == JournalStatus.InvocationFailed);
        return AttemptDetail.Parse(failed.Detail!)!.Failure!;
    }

    /// <summary>The retries that are due so far from now. Leaves them unclaimed.</summary>
    private async Task<IReadOnlyList<ProcessBatchItem>> ScheduledAsync(TimeSpan ahead)
    {
        var due = await _flow.Get<ISchedule>().ClaimDueAsync(
            _flow.Time.GetUtcNow() + ahead, 100, TimeSpan.Zero, null, CancellationToken.None);
        return [.. due.Select(claimed => MessageTypes.TryDeserialize(
            claimed.Message.MessageType, claimed.Message.Body, out var message, out _)
                ? (ProcessBatchItem)message
                : throw new InvalidOperationException("It cannot be read."))];
    }
}
