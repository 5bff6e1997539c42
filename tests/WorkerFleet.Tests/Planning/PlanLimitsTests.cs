using WorkerFleet.Agents;
using WorkerFleet.Planning;

namespace WorkerFleet.Tests.Planning;

/// <summary>Which limit a batch meets first, and what follows for time and workers.</summary>
public sealed class PlanLimitsTests
{
    private const long Rows = 10_000;

    public static TheoryData<PlanLimitKind, AgentLimits, int, double> Cases => new()
    {
        { PlanLimitKind.BatchConcurrency, new(), 20, 500 },
        { PlanLimitKind.AgentConcurrency, new() { Concurrency = 5 }, 20, 2_000 },
        { PlanLimitKind.CallsPerSecond, new() { CallsPerSecond = 10 }, 20, Rows / 9.8 },
        { PlanLimitKind.CallsPerSecond, new() { CallsPerSecond = 10, StopsSessions = true }, 20, Rows / 4.9 },
        { PlanLimitKind.NewSessionsPerSecond, new() { NewSessionsPerSecond = 25 }, 100, Rows / 24.5 },
        { PlanLimitKind.LiveSessions, new() { LiveSessions = 10, StopsSessions = true }, 20, 1_000 },
        { PlanLimitKind.LiveSessions, new() { LiveSessions = 100, SessionIdleTime = TimeSpan.FromSeconds(59) }, 20, 5_940 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Limits_OneIsTightest_ItBindsAndMakesTheTime(
        PlanLimitKind kind, AgentLimits limits, int concurrency, double seconds)
    {
        var plan = Plan.Of(PlannedBatch.Of(Rows, limits: limits, concurrency: concurrency), PlannedBatch.Prices);

        Assert.Equal(kind, plan.Limits[0].Kind);
        Assert.Equal(seconds, plan.Limits[0].LeastTime.TotalSeconds, 1);
        Assert.InRange(plan.Time!.Expected.TotalSeconds, seconds, (seconds * 1.01) + 2);
    }

    [Fact]
    public void Limits_FewerRowsThanPlaces_TheLongestCallDecides()
    {
        var plan = Plan.Of(PlannedBatch.Of(5), PlannedBatch.Prices);

        Assert.Equal(PlanLimitKind.Rows, plan.Limits[0].Kind);
        Assert.Equal(1.5, plan.Time!.Expected.TotalSeconds, 2);
    }

    [Fact]
    public void Limits_FastAgent_TheFleetItselfBinds()
    {
        var calls = new CallProfile { Latency = new(TimeSpan.FromMilliseconds(1), 0) };

        var plan = Plan.Of(PlannedBatch.Of(1_000_000, calls, concurrency: 64), PlannedBatch.Prices);

        Assert.Equal(PlanLimitKind.Fleet, plan.Limits[0].Kind);
        Assert.InRange(plan.Time!.Expected.TotalSeconds, 140, 143);
    }

    [Fact]
    public void Limits_AgentInTheBackground_WaitingBinds()
    {
        var calls = PlannedBatch.Second with { Background = TimeSpan.FromMinutes(2) };
        var input = PlannedBatch.Of(Rows, calls);

        var plan = Plan.Of(input with { Limits = input.Limits with { Waiting = 1_000 } }, PlannedBatch.Prices);

        // The window of dispatch counts in slices: with 20 calls at the same time, 1,536 rows.
        Assert.Equal((PlanLimitKind.Waiting, 1_000), (plan.Limits[0].Kind, plan.Limits[0].Value));
        Assert.Equal(Rows * 120 / 1_536.0, plan.Limits[0].LeastTime.TotalSeconds, 1);
        Assert.InRange(plan.Time!.Expected.TotalSeconds, 781, 1_000);
    }

    [Fact]
    public void Limits_LiveSessionsThatAreEnoughForAll_DoNotBind()
    {
        var limits = new AgentLimits { LiveSessions = 1_000 };

        var plan = Plan.Of(PlannedBatch.Of(1_000, limits: limits), PlannedBatch.Prices);

        Assert.Equal(PlanLimitKind.BatchConcurrency, plan.Limits[0].Kind);
        Assert.Equal(50.5, plan.Time!.Expected.TotalSeconds, 1);
    }

    [Theory]
    [InlineData(2, PlanLimitKind.Workers, 200)]
    [InlineData(4, PlanLimitKind.BatchConcurrency, 100)]
    public void Workers_GivenOrEnough_BindOrNot(int workers, PlanLimitKind kind, double seconds)
    {
        var fleet = new FleetShape { Transport = PlanTransport.AmazonSqs, Workers = workers, WorkerConcurrency = 25 };

        var plan = Plan.Of(PlannedBatch.Of(Rows, concurrency: 100, fleet: fleet), PlannedBatch.Prices);

        Assert.Equal((kind, seconds), (plan.Limits[0].Kind, plan.Limits[0].LeastTime.TotalSeconds));
        Assert.Equal(4, plan.Workers!.Useful);
    }

    [Fact]
    public void Workers_RateBinds_AreOnlyAsManyAsItFeeds()
    {
        var fleet = new FleetShape { Transport = PlanTransport.RabbitMq };
        var limits = new AgentLimits { NewSessionsPerSecond = 25 };
        var calls = new CallProfile { Latency = new(TimeSpan.FromSeconds(4), 0) };

        var plan = Plan.Of(PlannedBatch.Of(Rows, calls, limits, concurrency: 1_000, fleet: fleet), PlannedBatch.Prices);

        // 24.5 calls a second of 4 s are 98 at the same time, and a tenth more.
        Assert.Equal(5, plan.Workers!.Useful);
        Assert.InRange(plan.Workers.Slots, 100, 110);
        var with = PlannedBatch.TimeOf(PlannedBatch.Of(Rows, calls, limits, 1_000, fleet with { Workers = 5 }));
        Assert.InRange(plan.Time!.Expected / with, 0.99, 1.01);
    }

    [Fact]
    public void Agents_Several_TheSlowestDecides()
    {
        var input = PlannedBatch.Of(1_000) with
        {
            Agents =
            [
                new() { Name = "fast", Rows = 9_000, Calls = new() { Latency = new(TimeSpan.FromMilliseconds(100), 0) } },
                new() { Name = "slow", Rows = 1_000, Calls = PlannedBatch.Second, Limits = new() { Concurrency = 2 } },
            ],
        };

        var plan = Plan.Of(input, PlannedBatch.Prices);

        Assert.Equal((PlanLimitKind.AgentConcurrency, "slow"), (plan.Limits[0].Kind, plan.Limits[0].Agent));
        Assert.Equal(500.5, plan.Time!.Expected.TotalSeconds, 1);
    }

    [Fact]
    public void Calls_Unknown_NeitherTimeNorLimitIsMadeUp()
    {
        var input = PlannedBatch.Of(10) with { Agents = [new() { Name = PlannedBatch.Agent, Rows = 10 }] };

        var plan = Plan.Of(input, PlannedBatch.Prices);

        Assert.Null(plan.Time);
        Assert.Null(plan.Calls);
        Assert.Empty(plan.Limits);
    }
}
