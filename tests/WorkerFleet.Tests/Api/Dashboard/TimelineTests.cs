using System.Text.Json;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Dashboard.Items;
using WorkerFleet.Items;
using WorkerFleet.Journal;

namespace WorkerFleet.Tests.Api.Dashboard;

public sealed class TimelineTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Of_Nothing_HasNoRounds() => Assert.Empty(Timeline.Of([]));

    [Fact]
    public void Of_AttemptThatFailedAndOneThatSucceeded_TellsWorkFromWaiting()
    {
        var failure = new AttemptDetail("echo", 900, new(FailureKind.Timeout, "No answer.", Retryable: true));

        var round = Assert.Single(Timeline.Of(
        [
            Event(0, JournalStatus.InvocationStarted, 1), Event(1, JournalStatus.InvocationFailed, 1, failure.ToJson()),
            Event(5, JournalStatus.InvocationStarted, 2), Event(7, JournalStatus.InvocationSucceeded, 2),
        ]));

        Assert.Null(round.Title);
        Assert.Equal(TimeSpan.FromSeconds(7), round.Length);
        Assert.Equal([false, true, false, true], round.Entries.Select(entry => entry.Works));
        Assert.Equal([null, 1, 4, 2], round.Entries.Select(entry => entry.Took?.TotalSeconds));
        Assert.Equal("Attempt 2 started", round.Entries[2].Title);
        Assert.Equal("No answer.", round.Entries[1].Detail?.Failure?.Message);
        Assert.Null(round.Entries[1].Other);
    }

    [Fact]
    public void Of_Replay_BeginsARoundWithATimeOfItsOwn()
    {
        var rounds = Timeline.Of(
        [
            Event(0, JournalStatus.InvocationStarted, 1), Event(1, JournalStatus.InvocationFailed, 1),
            Event(86_400, JournalStatus.ReplayRequested, 0), Event(86_401, JournalStatus.InvocationStarted, 2),
        ]);

        Assert.Equal(["First run", "Replay 1"], rounds.Select(round => round.Title));
        Assert.Equal([1, 1], rounds.Select(round => round.Length.TotalSeconds));
        Assert.Null(rounds[1].Entries[0].Took);
    }

    [Theory]
    [InlineData("""{"step": "searching"}""")]
    [InlineData("\"searching\"")]
    [InlineData("17")]
    public void Of_EventThatAnAgentMadeUp_ShowsWhatItWrote(string detail)
    {
        var entry = Assert.Single(Assert.Single(Timeline.Of([Event(0, "SEARCHING", 1, detail)])).Entries);

        Assert.Equal("Attempt 1: SEARCHING", entry.Title);
        Assert.Null(entry.Detail);
        Assert.NotNull(entry.Other);
    }

    private static ItemEventJson Event(double second, string status, int attempt, string? detail = null) => new(
        Start.AddSeconds(second), status, attempt, "worker-1",
        detail is null ? null : JsonDocument.Parse(detail).RootElement);
}
