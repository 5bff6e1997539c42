using FsCheck;
using FsCheck.Fluent;
using WorkerFleet.Agents;
using WorkerFleet.Planning;

namespace WorkerFleet.Tests.Planning;

/// <summary>What holds of any plan: nothing that helps makes a batch slower, nothing that adds work makes it cheaper.</summary>
public sealed class PlanProperties
{
    /// <summary>Without retries, whose waits let rows overtake each other.</summary>
    private static readonly Gen<PlanInput> Steady =
        from rows in Gen.Choose(0, 1_500)
        from concurrency in Gen.Choose(1, 60)
        from milliseconds in Gen.Choose(1, 5_000)
        from spread in Gen.Elements(0.0, 0.2, 0.8)
        from refused in Gen.Elements(0.0, 0.1, 1.0)
        from limits in Limits
        select PlannedBatch.Of(
            rows,
            new()
            {
                Latency = new(TimeSpan.FromMilliseconds(milliseconds), spread), RefusedRate = refused,
            },
            limits, concurrency, Cloud);

    private static readonly Gen<PlanInput> Any =
        from input in Steady
        from fails in Gen.Elements(0.0, 0.05, 0.4)
        from throttled in Gen.Elements(0.0, 0.01, 0.1)
        select With(input, calls => calls with { FailureRate = fails, ThrottledRate = throttled });

    private static FleetShape Cloud { get; } = new()
    {
        Transport = PlanTransport.AmazonSqs, Store = PlanStore.DynamoDb, Workers = 3,
    };

    private static Gen<AgentLimits> Limits =>
        from concurrency in Gen.Elements<int?>(null, 3, 30)
        from rate in Gen.Elements<double?>(null, 5, 50)
        from live in Gen.Elements<int?>(null, 10, 100)
        from stops in Gen.Elements(true, false)
        select new AgentLimits
        {
            Concurrency = concurrency, NewSessionsPerSecond = rate, LiveSessions = live, StopsSessions = stops,
            SessionIdleTime = TimeSpan.FromSeconds(20),
        };

    [Fact]
    public void MoreConcurrency_Steady_IsNeverSlower() => Check(Steady, Gen.Choose(1, 40), (input, more) => Assert.True(
        TimeOf(input with { Limits = input.Limits with { Concurrency = input.Limits.Concurrency + more } }) <= TimeOf(input)));

    [Fact]
    public void MoreWorkers_Steady_AreNeverSlower() => Check(Steady, Gen.Choose(1, 5), (input, more) => Assert.True(
        TimeOf(input with { Fleet = input.Fleet with { Workers = input.Fleet.Workers + more } }) <= TimeOf(input)));

    [Fact]
    public void FasterCalls_Steady_AreNeverSlower() => Check(Steady, Gen.Choose(1, 99), (input, percent) => Assert.True(
        TimeOf(With(input, calls => calls with { Latency = calls.Latency.Times(percent / 100.0) })) <= TimeOf(input)));

    [Fact]
    public void MoreRows_AreNeverFasterOrCheaper() => Check(Any, Gen.Choose(1, 400), (input, more) =>
    {
        var larger = input with { Agents = [input.Agents[0] with { Rows = input.Rows + more }] };
        var (plan, longer) = (Plan.Of(input, PlannedBatch.Prices), Plan.Of(larger, PlannedBatch.Prices));

        Assert.True(longer.Calls!.Attempts > plan.Calls!.Attempts);
        Assert.True(longer.Limits[0].LeastTime >= plan.Limits[0].LeastTime);
        Assert.True(longer.Usd > plan.Usd);
    });

    [Fact]
    public void Time_IsNeverBelowWhatALimitLets() => Check(Steady, Gen.Constant(0), (input, _) =>
    {
        var plan = Plan.Of(input, PlannedBatch.Prices);

        // Draws are not exactly their mean; what is drawn of 1,500 calls of the widest spread is within a third of it.
        Assert.True(plan.Time!.Expected >= plan.Limits[0].LeastTime * 0.66);
        Assert.True(plan.Time.Low <= plan.Time.Expected && plan.Time.Expected <= plan.Time.High);
    });

    [Fact]
    public void MoreFailures_AreNeverFewerCalls() => Check(Any, Gen.Choose(1, 50), (input, percent) =>
    {
        var worse = With(input, calls => calls with { FailureRate = Math.Min(1, calls.FailureRate + (percent / 100.0)) });
        var (few, many) = (Plan.Of(input, PlannedBatch.Prices).Calls!, Plan.Of(worse, PlannedBatch.Prices).Calls!);

        Assert.True(many.Attempts >= few.Attempts && many.FailedRows >= few.FailedRows);
    });

    private static TimeSpan TimeOf(PlanInput input) => PlannedBatch.TimeOf(input);

    private static PlanInput With(PlanInput input, Func<CallProfile, CallProfile> change) => input with
    {
        Agents = [input.Agents[0] with { Calls = change(input.Agents[0].Calls!) }],
    };

    private static void Check(Gen<PlanInput> inputs, Gen<int> changes, Action<PlanInput, int> holds) =>
        Prop.ForAll(inputs.ToArbitrary(), changes.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
}
