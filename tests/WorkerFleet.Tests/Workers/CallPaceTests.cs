using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

public sealed class CallPaceTests
{
    [Fact]
    public void Take_OneAfterTheOther_SpreadsThemEvenly()
    {
        var pace = default(CallPace);
        var begun = Run(ref pace, rate: 25, from: 0, until: 10, late: _ => TimeSpan.Zero);

        Assert.InRange(begun.Count, 250, 251);
        Assert.All(begun.Zip(begun.Skip(1)), pair => Assert.Equal(0.04, (pair.Second - pair.First).TotalSeconds, 0.001));
    }

    [Fact]
    public void Take_LateTimers_ArePaidBackWithoutABurst()
    {
        var pace = default(CallPace);
        var random = new Random(1);
        var begun = Run(
            ref pace, rate: 25, from: 0, until: 60, late: _ => TimeSpan.FromMilliseconds(random.Next(0, 90)));

        Assert.InRange(begun.Count, 1_490, 1_501);
        foreach (var first in begun)
            Assert.InRange(begun.Count(at => at >= first && at < first + TimeSpan.FromSeconds(1)), 1, 29);
    }

    [Fact]
    public void Take_AfterAPause_DoesNotMakeUpForIt()
    {
        var pace = default(CallPace);
        Run(ref pace, rate: 25, from: 0, until: 1, late: _ => TimeSpan.Zero);

        var begun = Run(ref pace, rate: 25, from: 60, until: 61, late: _ => TimeSpan.Zero);

        Assert.InRange(begun.Count, 25, 33);
    }

    [Fact]
    public void NextDue_OtherRate_HoldsAtOnce()
    {
        var pace = default(CallPace);
        pace.Take(TimeSpan.FromSeconds(1), 0.1, CallPace.Tolerance);

        Assert.Equal(11, pace.NextDue(0.1).TotalSeconds, 0.001);
        Assert.Equal(1.1, pace.NextDue(10).TotalSeconds, 0.001);
        Assert.Equal(TimeSpan.MaxValue, pace.NextDue(0));
    }

    private static List<TimeSpan> Run(ref CallPace pace, double rate, double from, double until, Func<int, TimeSpan> late)
    {
        var begun = new List<TimeSpan>();
        var now = TimeSpan.FromSeconds(from);
        while (true)
        {
            if (pace.NextDue(rate) is var due && due > now)
                now = due + late(begun.Count);
            if (now.TotalSeconds > until)
                return begun;
            pace.Take(now, rate, CallPace.Tolerance);
            begun.Add(now);
        }
    }
}
