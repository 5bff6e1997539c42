using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

public sealed class AdaptiveRateTests
{
    private readonly AdaptiveRate _rate = new();
    private readonly RecentCalls _recent = new();
    private TimeSpan _now = TimeSpan.FromSeconds(100);

    [Fact]
    public void Throttle_Now_AndThen_TakesFivePercentOnceASecond()
    {
        _rate.Ceiling = 100;
        Pass(50);

        Assert.True(Throttle());
        Assert.Equal(95, _rate.Current!.Value, 0.001);
        Assert.False(Throttle());
        Assert.Equal(95, _rate.Current!.Value, 0.001);

        _now += TimeSpan.FromSeconds(1.5);
        Pass(50);
        Assert.True(Throttle());
        Assert.Equal(90.25, _rate.Current!.Value, 0.001);
    }

    [Fact]
    public void Throttle_CallFromBeforeTheLastDecrease_SaysNothing()
    {
        _rate.Ceiling = 100;
        Pass(50);
        var begunAt = _now;
        _now += TimeSpan.FromSeconds(0.1);
        Throttle();
        _now += TimeSpan.FromSeconds(20);

        Assert.False(_rate.Throttle(_now, begunAt, _recent));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(10_000.0)]
    public void Throttle_ACallInAThousand_ChangesNothing(double? ceiling)
    {
        _rate.Ceiling = ceiling;
        for (var second = 0; second < 60; second++)
        {
            _now += TimeSpan.FromSeconds(1);
            Pass(2_000);
            Throttle();
            Throttle();
        }

        Assert.False(_rate.IsLimited);
        Assert.Equal(ceiling, _rate.Current);
    }

    [Fact]
    public void Throttle_NothingConfigured_FindsWhatGetsThrough()
    {
        Assert.Null(_rate.Current);
        for (var i = 0; i < 100; i++)
        {
            _now += TimeSpan.FromSeconds(0.01);
            _recent.Begin(_now);
            if (i % 4 == 0)
                _recent.Pass(_now);
        }

        Assert.False(Throttle());
        Assert.True(Throttle());

        Assert.InRange(_rate.Current!.Value, 20, 30);
    }

    [Fact]
    public void Throttle_NothingConfiguredAndNothingBegunLately_StillCallsNowAndThen()
    {
        Throttle();
        Throttle();

        Assert.InRange(_rate.Current!.Value, 0.2, 1);
    }

    [Fact]
    public void Throttle_Most_GoesDownToWhatGetsThroughAtOnce()
    {
        _rate.Ceiling = 100;
        Pass(1);
        Throttle();
        _now += TimeSpan.FromSeconds(2);
        Pass(40);
        for (var i = 0; i < 50; i++)
            _recent.Throttle(_now);
        _now += TimeSpan.FromSeconds(0.9);

        Throttle();

        Assert.InRange(_rate.Current!.Value, 30, 45);
    }

    [Fact]
    public void Grow_WhileMoreWouldBeMade_ComesBackToTheCeilingByAddition()
    {
        _rate.Ceiling = 100;
        Pass(50);
        Throttle();
        var seen = new List<double>();

        for (var second = 0; second < 300 && _rate.IsLimited; second++)
        {
            _now += TimeSpan.FromSeconds(1);
            _rate.Grow(_now, isHeld: true);
            seen.Add(_rate.Current!.Value);
        }

        Assert.Equal(100, _rate.Current);
        Assert.Equal(seen.Order(), seen);
        Assert.InRange(seen.Count, 5, 60);
    }

    [Fact]
    public void Grow_NothingWaits_StaysAsItIs()
    {
        _rate.Ceiling = 100;
        Pass(50);
        Throttle();

        _now += TimeSpan.FromSeconds(60);
        _rate.Grow(_now, isHeld: false);

        Assert.Equal(95, _rate.Current!.Value, 0.001);
    }

    [Fact]
    public void Ceiling_AnotherShare_KeepsThePart()
    {
        _rate.Ceiling = 100;
        Pass(50);
        Throttle();

        _rate.Ceiling = 20;

        Assert.Equal(19, _rate.Current!.Value, 0.001);
    }

    [Fact]
    public void Throttle_Always_NeverEndsAtNothing()
    {
        _rate.Ceiling = 100;
        for (var second = 0; second < 100; second++)
        {
            _now += TimeSpan.FromSeconds(2);
            for (var i = 0; i < 5; i++)
                _recent.Throttle(_now);
            Throttle();
        }

        Assert.Equal(0.2, _rate.Current!.Value, 0.001);
    }

    private void Pass(int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            _recent.Begin(_now);
            _recent.Pass(_now);
        }
    }

    private bool Throttle()
    {
        _recent.Throttle(_now);
        return _rate.Throttle(_now, _now, _recent);
    }
}
