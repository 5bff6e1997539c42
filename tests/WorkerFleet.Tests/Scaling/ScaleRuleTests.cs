using WorkerFleet.Agents;
using WorkerFleet.Scaling;

namespace WorkerFleet.Tests.Scaling;

public sealed class ScaleRuleTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);

    /// <summary>
    /// 4 workers of 25 that are busy and settle 20 items a second each, which is what calls of 1.25 s allow.
    /// </summary>
    private static readonly ScaleInput Running = new()
    {
        Backlog = 120_000,
        Workers = 4,
        WorkerConcurrency = 25,
        ItemsPerSecond = 80,
        IsBusy = true,
        Calls = 100,
        CallDuration = TimeSpan.FromSeconds(1.25),
        BatchConcurrency = 10_000,
        Agents = [new(new(), TimeSpan.FromSeconds(1.25))],
    };

    [Fact]
    public void Of_BusyWorkers_WantsAsManyAsFinishInTheAcceptableTime()
    {
        // 20 a second each: 1,200 in a minute.
        var reading = ScaleRule.Of(Running, Minute);

        Assert.Equal(100, reading.Wanted);
        Assert.Equal(30_000, reading.BacklogPerWorker);
        Assert.Equal(TimeSpan.FromSeconds(1_500), reading.Eta);
        Assert.Null(reading.Useful);
    }

    [Theory]
    [InlineData(30, 200)]
    [InlineData(600, 10)]
    public void Of_AcceptableTime_DividesTheWorkers(int seconds, int wanted) =>
        Assert.Equal(wanted, ScaleRule.Of(Running, TimeSpan.FromSeconds(seconds)).Wanted);

    [Fact]
    public void Of_NothingWaits_WantsNobody()
    {
        var reading = ScaleRule.Of(Running with { Backlog = 0, BatchConcurrency = 0 }, Minute);

        Assert.Equal((0, 0.0, TimeSpan.Zero), (reading.Wanted, reading.BacklogPerWorker, reading.Eta));
    }

    [Fact]
    public void Of_NoWorkerAndNoRate_WantsOneToFindItOut()
    {
        var reading = ScaleRule.Of(
            new() { Backlog = 1_000_000, WorkerConcurrency = 25, BatchConcurrency = 1_000, Agents = [new(new(), null)] }, Minute);

        Assert.Equal((1, 1_000_000.0, null), (reading.Wanted, reading.BacklogPerWorker, reading.Eta));
    }

    [Fact]
    public void Of_NoWorkerButAKnownDuration_WantsWhatThatAsksFor()
    {
        var reading = ScaleRule.Of(Running with { Workers = 0, ItemsPerSecond = 0, IsBusy = false, Calls = 0 }, Minute);

        Assert.Equal((100, 120_000.0, null), (reading.Wanted, reading.BacklogPerWorker, reading.Eta));
    }

    [Fact]
    public void Of_NoRateKnownYet_LeavesTheWorkersThatRun()
    {
        var reading = ScaleRule.Of(Running with { ItemsPerSecond = 0, CallDuration = null }, Minute);

        Assert.Equal((4, null), (reading.Wanted, reading.Eta));
    }

    [Fact]
    public void Of_WorkersThatWaitForItems_AreNotTakenToBeSlow()
    {
        var reading = ScaleRule.Of(Running with { IsBusy = false, ItemsPerSecond = 8 }, Minute);

        Assert.Equal(100, reading.Wanted);
    }

    [Fact]
    public void Of_BusyWorkersBelowWhatTheAgentsAllow_CountAsTheyAre()
    {
        // Something else than the agents holds them up: 2 a second each, 120 in a minute.
        var reading = ScaleRule.Of(Running with { Backlog = 1_200, ItemsPerSecond = 8 }, Minute);

        Assert.Equal(10, reading.Wanted);
    }

    [Fact]
    public void Of_CallsLongerThanTheAcceptableTime_WantsNoMoreThanBeginAtOnce()
    {
        // In a minute a worker finishes 5 of calls of 5 minutes, but works on 25 at the same time.
        var reading = ScaleRule.Of(
            Running with { Backlog = 100, ItemsPerSecond = 0, CallDuration = TimeSpan.FromMinutes(5) }, Minute);

        Assert.Equal(4, reading.Wanted);
        Assert.Equal(TimeSpan.FromMinutes(5), reading.Eta);
    }

    [Fact]
    public void Of_ConcurrencyLimit_CapsTheWorkers()
    {
        var reading = ScaleRule.Of(Running with { Agents = [Agent(new() { Concurrency = 110 }, 1.25)] }, Minute);

        Assert.Equal((5, 5), (reading.Useful, reading.Wanted));
    }

    [Theory]
    [InlineData(25.0, 4.0, 4)]
    [InlineData(25.0, 0.2, 1)]
    [InlineData(25.0, 60.0, 60)]
    public void Of_SessionsASecond_FeedAsManyCallsAsTheyLast(double perSecond, double seconds, int useful)
    {
        var reading = ScaleRule.Of(
            Running with { Agents = [Agent(new() { NewSessionsPerSecond = perSecond }, seconds)] }, Minute);

        Assert.Equal((useful, useful), (reading.Useful, reading.Wanted));
    }

    [Fact]
    public void Of_SessionsThatAreStopped_CostACallEach()
    {
        var limits = new AgentLimits { CallsPerSecond = 100, StopsSessions = true };

        Assert.Equal(100, ScaleRule.CallsOf(Agent(limits, 2)));
    }

    [Fact]
    public void Of_LiveSessionsThatAreStopped_AreWorkedInAllTheTime() =>
        Assert.Equal(50, ScaleRule.CallsOf(Agent(new() { LiveSessions = 50, StopsSessions = true }, 2)));

    [Fact]
    public void Of_LiveSessionsThatIdle_FeedOnlyThePartInWhichTheyAreCalled()
    {
        var limits = new AgentLimits { LiveSessions = 5_000, SessionIdleTime = TimeSpan.FromMinutes(15) };

        Assert.Equal(5_000.0 * 100 / 1_000, ScaleRule.CallsOf(Agent(limits, 100)));
    }

    [Fact]
    public void Of_SeveralLimits_TheTightestCounts()
    {
        var limits = new AgentLimits { Concurrency = 80, NewSessionsPerSecond = 25, LiveSessions = 1_000, StopsSessions = true };

        Assert.Equal(50, ScaleRule.CallsOf(Agent(limits, 2)));
    }

    [Fact]
    public void Of_RateWithoutAKnownDuration_SaysNothingYet()
    {
        var reading = ScaleRule.Of(
            Running with
            {
                ItemsPerSecond = 0, CallDuration = null, Agents = [new(new() { NewSessionsPerSecond = 25 }, null)],
            },
            Minute);

        Assert.Equal((null, 4), (reading.Useful, reading.Wanted));
    }

    [Fact]
    public void Of_SeveralAgents_FeedTogether()
    {
        var reading = ScaleRule.Of(
            Running with { Agents = [Agent(new() { Concurrency = 50 }, 1), Agent(new() { Concurrency = 30 }, 1)] }, Minute);

        Assert.Equal(4, reading.Useful);
    }

    [Fact]
    public void Of_OneAgentWithoutLimits_NoNumberIsTooLarge()
    {
        var reading = ScaleRule.Of(
            Running with { Agents = [Agent(new() { Concurrency = 50 }, 1), Agent(new(), 1)] }, Minute);

        Assert.Equal((null, 100), (reading.Useful, reading.Wanted));
    }

    [Fact]
    public void Of_ConcurrencyOfTheBatches_CapsTheWorkers() =>
        Assert.Equal(3, ScaleRule.Of(Running with { BatchConcurrency = 60 }, Minute).Wanted);

    [Fact]
    public void Of_TinyLimits_StillWantOneWorker()
    {
        var reading = ScaleRule.Of(
            Running with { BatchConcurrency = 1, Agents = [Agent(new() { NewSessionsPerSecond = 0.01 }, 0.1)] }, Minute);

        Assert.Equal((1, 1), (reading.Useful, reading.Wanted));
    }

    [Fact]
    public void Of_HugeNumbers_StayWithinLimits()
    {
        var reading = ScaleRule.Of(
            Running with { Backlog = long.MaxValue, BatchConcurrency = long.MaxValue, ItemsPerSecond = 0.001 }, Minute);

        Assert.Equal(ScaleRule.MaxWorkers, reading.Wanted);
        Assert.NotNull(reading.Eta);
    }

    private static AgentFeed Agent(AgentLimits limits, double seconds) => new(limits, TimeSpan.FromSeconds(seconds));
}
