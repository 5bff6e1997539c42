using WorkerFleet.Planning;

namespace WorkerFleet.Tests.Planning;

public sealed class TimeModelTests
{
    [Fact]
    public void Time_AllCallsTheSame_IsSoManyWaves() =>
        Assert.Equal(10.5, PlannedBatch.TimeOf(PlannedBatch.Of(200)).TotalSeconds, 2);

    [Fact]
    public void Time_LongBatch_GoesOnAtTheRateOfItsMiddle() =>
        Assert.InRange(PlannedBatch.TimeOf(PlannedBatch.Of(1_000_000)).TotalSeconds, 49_990, 50_100);

    [Fact]
    public void Time_Failures_AreTriedAgainAndTheLastWaitsAreInIt()
    {
        var calls = PlannedBatch.Second with { FailureRate = 0.2 };

        var counts = CallCounts.Of(1_000, calls, new());
        var time = PlannedBatch.TimeOf(PlannedBatch.Of(1_000, calls));

        Assert.Equal(1_240, counts.Attempts, 3);
        Assert.Equal(8, counts.FailedRows, 3);
        // 62 s of calls; the last of a thousand rows needs two waits of up to 1 s and 2 s, and its calls, behind the others.
        Assert.InRange(time.TotalSeconds, 62.5, 68);
    }

    [Fact]
    public void Time_RowsThatAreRefused_CostOneCall()
    {
        var calls = PlannedBatch.Second with { FailureRate = 0.5, RefusedRate = 1 };

        Assert.Equal((1_000, 1_000), (CallCounts.Of(1_000, calls, new()).Attempts, CallCounts.Of(1_000, calls, new()).FailedRows));
        Assert.Equal(50.5, PlannedBatch.TimeOf(PlannedBatch.Of(1_000, calls)).TotalSeconds, 1);
    }

    [Fact]
    public void Time_SomeCallsThrottled_TakesLongerAndUsesUpNoAttempt()
    {
        var calls = PlannedBatch.Second with { ThrottledRate = 0.2 };

        var counts = CallCounts.Of(1_000, calls, new());

        Assert.Equal((1_000, 250, 0), (counts.Attempts, counts.Throttled, counts.FailedRows));
        Assert.True(PlannedBatch.TimeOf(PlannedBatch.Of(1_000, calls)) > PlannedBatch.TimeOf(PlannedBatch.Of(1_000)));
    }

    [Fact]
    public void Time_CallsBeyondTheTimeLimit_EndThere()
    {
        var input = PlannedBatch.Of(200);

        var time = PlannedBatch.TimeOf(input with { Limits = input.Limits with { AttemptTimeout = TimeSpan.FromMilliseconds(500) } });

        Assert.Equal(5.5, time.TotalSeconds, 2);
    }

    [Fact]
    public void Range_OfASmallSample_IsWiderThanThatOfALargeOne()
    {
        var spread = new CallProfile { Latency = new(TimeSpan.FromSeconds(1), 0.5), FailureRate = 0.05 };

        var (few, many, given) = (Of(20), Of(500), Of(0));

        Assert.True(few.Low < many.Low && many.Low < many.Expected && many.Expected < many.High && many.High < few.High);
        Assert.True(given.High - given.Low < many.High - many.Low);
        Assert.Equal(few.Expected, given.Expected);

        TimeEstimate Of(int calls) =>
            Plan.Of(PlannedBatch.Of(2_000, spread with { MeasuredCalls = calls }), PlannedBatch.Prices).Time!;
    }
}
