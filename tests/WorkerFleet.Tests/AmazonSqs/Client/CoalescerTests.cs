using Amazon.Runtime;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.AmazonSqs.Client;

public sealed class CoalescerTests
{
    /// <summary>Milliseconds: an entry that is lost fails its test, and holds nothing up.</summary>
    private const int Limit = 60_000;

    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(5);

    /// <summary>A test that fails does not wait for what it left over.</summary>
    private static readonly CoalescerOptions Default = new()
    {
        Slots = 1, Linger = Linger, RetryDelay = TimeSpan.Zero, FlushLimit = TimeSpan.Zero,
    };

    private readonly FakeBatches _batches = new();
    private readonly ManualTime _time = new();

    [Fact(Timeout = Limit)]
    public async Task Entry_NothingUnderWay_LeavesAtOnce()
    {
        await using var coalescer = Create(Default);

        var done = coalescer.ExecuteAsync(("", "a"), CancellationToken.None);

        (await _batches.RequestAsync(1)).Answer();
        await done;
    }

    [Fact(Timeout = Limit)]
    public async Task Entries_WhileAllSlotsAreBusy_ShareTheNextRequestsByTen()
    {
        await using var coalescer = Create(Default);
        var first = coalescer.ExecuteAsync(("", "first"), CancellationToken.None);
        var others = Enumerable.Range(0, 25).Select(
            i => coalescer.ExecuteAsync(("", $"{i}"), CancellationToken.None)).ToArray();

        (await _batches.RequestAsync(1)).Answer();
        await first;
        var second = await _batches.RequestAsync(2);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), second.Bodies);
        Assert.Equal(10, second.Entries.Select(entry => entry.Id).Distinct().Count());
        second.Answer();
        (await _batches.RequestAsync(3)).Answer();
        // They linger once the answer is dealt with, on another thread.
        await Eventually.IsTrueAsync(() => _time.Waits(Linger));
        _time.Advance(Linger);
        var last = await _batches.RequestAsync(4);
        Assert.Equal(5, last.Entries.Count);
        last.Answer();

        await Task.WhenAll(others);
    }

    [Fact(Timeout = Limit)]
    public async Task Entry_OthersUnderWay_WaitsForCompanyOnlySoLong()
    {
        await using var coalescer = Create(Default with { Slots = 4 });
        var first = coalescer.ExecuteAsync(("", "first"), CancellationToken.None);
        var second = coalescer.ExecuteAsync(("", "second"), CancellationToken.None);
        await _batches.RequestAsync(1);
        _time.Advance(Linger - TimeSpan.FromMilliseconds(1));
        var third = coalescer.ExecuteAsync(("", "third"), CancellationToken.None);
        Assert.Equal(1, _batches.Count);

        _time.Advance(TimeSpan.FromMilliseconds(1));

        var request = await _batches.RequestAsync(2);
        Assert.Equal(["second", "third"], request.Bodies);
        request.Answer();
        (await _batches.RequestAsync(1)).Answer();
        await Task.WhenAll(first, second, third);
    }

    [Fact(Timeout = Limit)]
    public async Task Entries_FullRequest_LeavesWithoutWaiting()
    {
        await using var coalescer = Create(Default with { Slots = 2, LingersWhenIdle = true });

        var all = Enumerable.Range(0, 10).Select(
            i => coalescer.ExecuteAsync(("", $"{i}"), CancellationToken.None)).ToArray();

        (await _batches.RequestAsync(1)).Answer();
        await Task.WhenAll(all);
    }

    [Fact(Timeout = Limit)]
    public async Task Entry_AfterTheCallersLast_LeavesAtOnce()
    {
        await using var coalescer = Create(Default with { Slots = 16 });

        for (var number = 1; number <= 20; number++)
        {
            var done = coalescer.ExecuteAsync(("", $"{number}"), CancellationToken.None);
            (await _batches.RequestAsync(number)).Answer();
            await done;
        }
    }

    [Fact(Timeout = Limit)]
    public async Task Entry_LingeringWhenIdle_WaitsAlone()
    {
        await using var coalescer = Create(Default with { LingersWhenIdle = true });
        var done = coalescer.ExecuteAsync(("", "a"), CancellationToken.None);
        Assert.Equal(0, _batches.Count);

        _time.Advance(Linger);

        (await _batches.RequestAsync(1)).Answer();
        await done;
    }

    [Fact(Timeout = Limit)]
    public async Task Entries_MoreThanAMebibyte_TakeTwoRequests()
    {
        await using var coalescer = Create(Default with { LingersWhenIdle = true });
        var half = new string('ü', SqsLimits.MaxBytes / 4);

        var all = new[] { half, "x", half }.Select(
            body => coalescer.ExecuteAsync(("", body), CancellationToken.None)).ToArray();

        var first = await _batches.RequestAsync(1);
        Assert.Equal(2, first.Entries.Count);
        first.Answer();
        _time.Advance(Linger);
        (await _batches.RequestAsync(2)).Answer();
        await Task.WhenAll(all);
    }

    [Fact(Timeout = Limit)]
    public async Task Entry_LargerThanSqsTakes_IsRefusedByItself()
    {
        await using var coalescer = Create(Default);

        var exception = await Assert.ThrowsAsync<SqsException>(
            () => coalescer.ExecuteAsync(("", new string('x', SqsLimits.MaxBytes + 1)), CancellationToken.None));

        Assert.Equal(SqsException.MessageTooLong, exception.ErrorCode);
        Assert.Equal(
            "Amazon SQS: SendMessageBatch on 'orders' failed: "
            + "the message has 1,048,577 bytes with its attributes, and SQS takes 1,048,576.",
            exception.Message);
        Assert.Equal(0, _batches.Count);
    }

    [Fact(Timeout = Limit)]
    public async Task PartialFailure_NoFaultOfTheEntry_OnlyThatEntryIsTriedAgain()
    {
        await using var coalescer = Create(Default with { LingersWhenIdle = true });
        var (good, bad) = await TwoAsync(coalescer);

        (await _batches.RequestAsync(1)).Answer(("bad", new() { Code = "InternalError", SenderFault = false }));

        await good;
        Assert.False(bad.IsCompleted);
        await AdvanceUntilAsync(2);
        var second = await _batches.RequestAsync(2);
        Assert.Equal(["bad"], second.Bodies);
        second.Answer();
        await bad;
    }

    [Fact(Timeout = Limit)]
    public async Task PartialFailure_ForGood_FailsAfterTheLastAttempt()
    {
        await using var coalescer = Create(Default with { MaxAttempts = 3 });
        var done = coalescer.ExecuteAsync(("", "bad"), CancellationToken.None);

        for (var number = 1; number <= 3; number++)
            (await _batches.RequestAsync(number)).Answer(
                ("bad", new() { Code = "InternalError", Message = "Too busy." }));

        var exception = await Assert.ThrowsAsync<SqsException>(() => done);
        Assert.Equal("Amazon SQS: SendMessageBatch on 'orders' failed: InternalError: Too busy.", exception.Message);
        Assert.Equal(3, _batches.Count);
    }

    [Fact(Timeout = Limit)]
    public async Task PartialFailure_FaultOfTheEntry_FailsItsOwnCallerAtOnce()
    {
        await using var coalescer = Create(Default with { LingersWhenIdle = true });
        var (good, bad) = await TwoAsync(coalescer);

        (await _batches.RequestAsync(1)).Answer(
            ("bad", new() { Code = "ReceiptHandleIsInvalid", SenderFault = true }));

        await good;
        var exception = await Assert.ThrowsAsync<SqsException>(() => bad);
        Assert.True(exception.IsReceiptHandleInvalid);
        Assert.Equal(ErrorType.Sender, exception.ErrorType);
        Assert.Equal(1, _batches.Count);
    }

    [Fact(Timeout = Limit)]
    public async Task MissingResult_HarmlessToRepeat_IsTriedAgain()
    {
        await using var coalescer = Create(Default with { RepeatsUnmentioned = true });
        var done = coalescer.ExecuteAsync(("", "a"), CancellationToken.None);

        (await _batches.RequestAsync(1)).Answer(("a", null));
        (await _batches.RequestAsync(2)).Answer();

        await done;
    }

    [Fact(Timeout = Limit)]
    public async Task MissingResult_NotToBeRepeated_FailsItsCaller()
    {
        await using var coalescer = Create(Default);
        var done = coalescer.ExecuteAsync(("", "a"), CancellationToken.None);

        (await _batches.RequestAsync(1)).Answer(("a", null));

        Assert.Equal(SqsException.NotInResult, (await Assert.ThrowsAsync<SqsException>(() => done)).ErrorCode);
    }

    [Fact(Timeout = Limit)]
    public async Task FailedRequest_AllItsCallers_AreToldAndTheNextGoesOn()
    {
        await using var coalescer = Create(Default with { LingersWhenIdle = true });
        var (good, bad) = await TwoAsync(coalescer);

        (await _batches.RequestAsync(1)).Result.SetException(
            SqsException.Of("SendMessageBatch", "orders", "no", SqsException.TimedOut, ErrorType.Unknown));

        Assert.Equal(SqsException.TimedOut, (await Assert.ThrowsAsync<SqsException>(() => good)).ErrorCode);
        Assert.Equal(SqsException.TimedOut, (await Assert.ThrowsAsync<SqsException>(() => bad)).ErrorCode);
        var next = coalescer.ExecuteAsync(("", "next"), CancellationToken.None);
        _time.Advance(Linger);
        (await _batches.RequestAsync(2)).Answer();
        await next;
    }

    [Fact(Timeout = Limit)]
    public async Task Cancellation_WhileItWaits_TakesTheEntryOut()
    {
        await using var coalescer = Create(Default with { LingersWhenIdle = true });
        using var cancellation = new CancellationTokenSource();
        var cancelled = coalescer.ExecuteAsync(("", "cancelled"), cancellation.Token);
        var kept = coalescer.ExecuteAsync(("", "kept"), CancellationToken.None);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        _time.Advance(Linger);
        var request = await _batches.RequestAsync(1);
        Assert.Equal(["kept"], request.Bodies);
        request.Answer();
        await kept;
    }

    [Fact(Timeout = Limit)]
    public async Task Cancellation_OnceUnderWay_WaitsForTheResult()
    {
        await using var coalescer = Create(Default);
        using var cancellation = new CancellationTokenSource();
        var done = coalescer.ExecuteAsync(("", "a"), cancellation.Token);
        var request = await _batches.RequestAsync(1);

        await cancellation.CancelAsync();
        Assert.False(done.IsCompleted);
        request.Answer();

        await done;
    }

    [Fact(Timeout = Limit)]
    public async Task Capacity_Full_LetsCallersWaitAndLeaveAgain()
    {
        await using var coalescer = Create(Default with { Capacity = 1 });
        using var cancellation = new CancellationTokenSource();
        var first = coalescer.ExecuteAsync(("", "first"), CancellationToken.None);
        var second = coalescer.ExecuteAsync(("", "second"), CancellationToken.None);
        var third = coalescer.ExecuteAsync(("", "third"), cancellation.Token);
        var request = await _batches.RequestAsync(1);
        _time.Advance(Linger);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        request.Answer();

        await first;
        var next = await _batches.RequestAsync(2);
        Assert.Equal(["second"], next.Bodies);
        next.Answer();
        await second;
    }

    [Fact(Timeout = Limit)]
    public async Task Dispose_EntriesThatLinger_AreSentAtOnce()
    {
        var coalescer = Create(Default with { LingersWhenIdle = true, FlushLimit = TimeSpan.FromSeconds(10) });
        var (one, other) = await TwoAsync(coalescer, advances: false);

        var disposed = coalescer.DisposeAsync().AsTask();

        (await _batches.RequestAsync(1)).Answer();
        await Task.WhenAll(one, other, disposed);
        var exception = await Assert.ThrowsAsync<SqsException>(() =>
            coalescer.ExecuteAsync(("", "late"), CancellationToken.None));
        Assert.Equal(SqsException.Stopped, exception.ErrorCode);
    }

    [Fact(Timeout = Limit)]
    public async Task Dispose_RequestThatHangs_GivesUpAfterTheLimit()
    {
        var coalescer = Create(Default with { FlushLimit = TimeSpan.FromSeconds(10), Capacity = 2 });
        var hung = coalescer.ExecuteAsync(("", "hung"), CancellationToken.None);
        var waiting = coalescer.ExecuteAsync(("", "waiting"), CancellationToken.None);
        var outside = coalescer.ExecuteAsync(("", "outside"), CancellationToken.None);
        await _batches.RequestAsync(1);

        var disposed = coalescer.DisposeAsync().AsTask();
        _time.Advance(TimeSpan.FromSeconds(10));

        await disposed;
        foreach (var task in (Task[])[hung, waiting, outside])
            Assert.Equal(SqsException.Stopped, (await Assert.ThrowsAsync<SqsException>(() => task)).ErrorCode);
        Assert.Equal(1, _batches.Count);
    }

    [Fact(Timeout = Limit)]
    public async Task Slots_ManyCallers_NeverExceedThemAndLoseNothing()
    {
        var (underWay, most, taken) = (0, 0, 0);
        var coalescer = new Coalescer<(string Id, string Body)>(
            "SendMessageBatch", "orders",
            async (entries, cancellationToken) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref underWay));
                await Task.Yield();
                Interlocked.Add(ref taken, entries.Count);
                Interlocked.Decrement(ref underWay);
                return new() { Successful = [.. entries.Select(entry => new BatchResultEntry { Id = entry.Id })] };
            },
            _ => 1, (entry, id) => (id, entry.Body),
            Default with { Slots = 3, Capacity = 200, FlushLimit = TimeSpan.FromSeconds(10) }, TimeProvider.System);

        await Task.WhenAll(Enumerable.Range(0, 10_000).Select(
            i => Task.Run(() => coalescer.ExecuteAsync(("", $"{i}"), CancellationToken.None))));
        await coalescer.DisposeAsync();

        Assert.Equal(10_000, taken);
        Assert.InRange(most, 1, 3);
    }

    private Coalescer<(string Id, string Body)> Create(CoalescerOptions options) => new(
        "SendMessageBatch", "orders", _batches.SendAsync, entry => System.Text.Encoding.UTF8.GetByteCount(entry.Body),
        (entry, id) => (id, entry.Body), options, _time);

    private async Task<(Task Good, Task Bad)> TwoAsync(
        Coalescer<(string Id, string Body)> coalescer, bool advances = true)
    {
        var good = coalescer.ExecuteAsync(("", "good"), CancellationToken.None);
        var bad = coalescer.ExecuteAsync(("", "bad"), CancellationToken.None);
        if (advances)
        {
            _time.Advance(Linger);
            await _batches.RequestAsync(1);
        }

        return (good, bad);
    }

    /// <summary>The entry comes back by another thread, and then lingers.</summary>
    private Task AdvanceUntilAsync(int requests) => Eventually.IsTrueAsync(() =>
    {
        _time.Advance(Linger);
        return _batches.Count >= requests;
    });
}
