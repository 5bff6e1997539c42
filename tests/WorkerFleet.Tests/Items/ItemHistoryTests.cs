using FsCheck;
using FsCheck.Fluent;
using WorkerFleet.Items;
using WorkerFleet.Journal;

namespace WorkerFleet.Tests.Items;

public sealed class ItemHistoryTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private enum Step
    {
        DieInAttempt,
        Release,
        FailAndRetry,
        Replay,
    }

    [Fact]
    public void Read_NoEvents_IsAtItsFirstAttempt()
    {
        var history = ItemHistory.Read([]);

        Assert.Equal(1, history.NextAttempt);
        Assert.Equal(default, history);
    }

    [Fact]
    public void Read_WhateverHappened_GoesOnWhereItStood() =>
        Check.QuickThrowOnFailure(Prop.ForAll(
            Gen.Elements(Enum.GetValues<Step>()).ListOf().ToArbitrary(),
            steps => Assert.Equal(Expected(steps, out var events), ItemHistory.Read(events))));

    [Fact]
    public void Read_FailureWithoutNextAttempt_IsFinal()
    {
        var failure = new ItemFailure(FailureKind.InvalidInput, "no", Retryable: false);

        var history = ItemHistory.Read([Started(1, 0), Failed(1, new AttemptDetail("a", 1, failure).ToJson())]);

        Assert.Equal(failure, history.FinalFailure);
        Assert.Equal(1, history.AttemptsEnded);
    }

    [Fact]
    public void Read_FinalFailureBeforeAReplay_IsForgotten()
    {
        var failure = new ItemFailure(FailureKind.InvalidInput, "no", Retryable: false);

        var history = ItemHistory.Read(
            [Started(1, 0), Failed(1, new AttemptDetail("a", 1, failure).ToJson()), Replayed(1)]);

        Assert.Null(history.FinalFailure);
        Assert.Equal((1, 2), (history.AttemptsBefore, history.NextAttempt));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("not json")]
    [InlineData("{}")]
    public void Read_FailureWithoutReadableDetail_IsTriedAgain(string? detail)
    {
        var history = ItemHistory.Read([Started(1, 0), Failed(1, detail)]);

        Assert.Null(history.FinalFailure);
        Assert.Null(history.NextAttemptAt);
        Assert.Equal(2, history.NextAttempt);
    }

    [Fact]
    public void Read_EventsOfTheAgentItself_AreLeftOut()
    {
        var history = ItemHistory.Read([Started(1, 0), new("s", "x", Now, "MY_AGENT_DID_SOMETHING", 7)]);

        Assert.Equal(1, history.NextAttempt);
        Assert.Equal(1, history.Interruptions);
    }

    /// <summary>Acts the steps out, as the processor does, and keeps the score itself.</summary>
    private static ItemHistory Expected(IEnumerable<Step> steps, out List<JournalEvent> events)
    {
        events = [];
        var (before, ended, starts, interruptions) = (0, 0, 0, 0);
        DateTimeOffset? next = null;
        DateTimeOffset? first = null;
        foreach (var step in steps)
        {
            if (step != Step.Replay)
            {
                first ??= Now.AddMinutes(events.Count);
                events.Add(Started(ended + 1, starts++) with { At = Now.AddMinutes(events.Count) });
            }

            switch (step)
            {
                case Step.DieInAttempt:
                    interruptions++;
                    break;
                case Step.Release:
                    events.Add(new("s", $"{events.Count}", Now, JournalStatus.Released, ended + 1));
                    break;
                case Step.FailAndRetry:
                    next = Now.AddSeconds(ended);
                    events.Add(Failed(++ended, new AttemptDetail(
                        "a", 1, new(FailureKind.Timeout, "slow", true), next).ToJson()));
                    (starts, interruptions) = (0, 0);
                    break;
                default:
                    // An item is replayed once it has failed for good: nothing is begun or due then.
                    events.Add(Failed(++ended, null));
                    events.Add(Replayed(ended));
                    (before, starts, interruptions, next, first) = (ended, 0, 0, null, null);
                    break;
            }
        }

        return new(before, ended, starts, interruptions, next, null, FirstStartedAt: first);
    }

    private static JournalEvent Started(int attempt, int start) =>
        new("s", $"{attempt}.{start}", Now, JournalStatus.InvocationStarted, attempt);

    private static JournalEvent Failed(int attempt, string? detail) =>
        new("s", $"{attempt}.f", Now, JournalStatus.InvocationFailed, attempt, null, detail);

    private static JournalEvent Replayed(int attempts) =>
        new("s", $"{attempts}.r", Now, JournalStatus.ReplayRequested, attempts);
}
