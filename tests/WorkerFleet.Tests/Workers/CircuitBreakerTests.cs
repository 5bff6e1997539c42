using WorkerFleet.Items;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

public sealed class CircuitBreakerTests
{
    private static readonly ItemFailure Refused = new(FailureKind.Denied, "No.", false, AgentWide: true);
    private static readonly ItemFailure Away = new(FailureKind.Connection, "Nobody there.", true);
    private static readonly ItemFailure Throttled = new(FailureKind.Throttled, "Slow down.", true);
    private static readonly ItemFailure BadInput = new(FailureKind.InvalidInput, "Not so.", false);

    private readonly CircuitBreaker _circuit = new();
    private TimeSpan _now = TimeSpan.FromSeconds(100);

    [Fact]
    public void End_RefusalsOfTheAgentInARow_OpenIt()
    {
        for (var i = 0; i < 4; i++)
            End(Refused);
        Assert.True(_circuit.MayCall(_now));

        End(Refused);

        Assert.False(_circuit.MayCall(_now));
        Assert.Equal(Refused, _circuit.Cause);
    }

    [Fact]
    public void End_RefusalsBetweenAnswers_DoNotOpenIt()
    {
        for (var i = 0; i < 100; i++)
            End(i % 4 == 3 ? null : Refused);

        Assert.True(_circuit.IsClosed);
    }

    [Theory]
    [InlineData(40, true)]
    [InlineData(39, false)]
    public void End_OutagesAmongTheLastFifty_OpenIt(int outages, bool opens)
    {
        for (var i = 0; i < 50; i++)
            End(i < 50 - outages ? BadInput : Away);

        Assert.Equal(opens, !_circuit.IsClosed);
    }

    [Fact]
    public void End_FewerThanFiftyOutages_DoNotOpenIt()
    {
        for (var i = 0; i < 49; i++)
            End(Away);

        Assert.True(_circuit.IsClosed);
    }

    [Fact]
    public void End_Throttled_IsNoOutage()
    {
        for (var i = 0; i < 200; i++)
            End(Throttled);

        Assert.True(_circuit.IsClosed);
    }

    [Fact]
    public void MayCall_OnceTheTimeIsOver_LetsOneTryAtATime()
    {
        Open();
        _now += CircuitBreaker.FirstTime;
        Assert.True(_circuit.MayCall(_now));

        Assert.True(_circuit.Begin(_now));
        Assert.False(_circuit.MayCall(_now + TimeSpan.FromHours(1)));
        _circuit.Abandon();

        Assert.True(_circuit.MayCall(_now));
    }

    [Fact]
    public void End_OfTheCallThatTries_Fails_OpensForTwiceAsLongUpToFiveMinutes()
    {
        Open();
        var times = new List<double>();
        for (var i = 0; i < 10; i++)
        {
            times.Add((_circuit.OpenUntil - _now).TotalSeconds);
            Probe(Away);
        }

        Assert.Equal([5, 10, 20, 40, 80, 160, 300, 300, 300, 300], times);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void End_OfTheCallThatTries_GetsAnAnswer_ClosesIt(bool isRefusedForItsInput)
    {
        Open();

        Probe(isRefusedForItsInput ? BadInput : null);

        Assert.True(_circuit.IsClosed);
        Assert.Null(_circuit.BrokenSince);
        for (var i = 0; i < 4; i++)
            End(Refused);
        Assert.True(_circuit.IsClosed);
    }

    [Fact]
    public void End_OfACallFromBeforeItOpened_ChangesNothing()
    {
        Open();

        End(null);
        End(Refused);

        Assert.False(_circuit.IsClosed);
        Assert.Equal(5, (_circuit.OpenUntil - _now).TotalSeconds);
    }

    [Fact]
    public void End_SoonBrokenAgain_GoesOnWithTheTimeItHad()
    {
        Open();
        Probe(Refused);
        Probe(null);
        _now += TimeSpan.FromSeconds(30);
        Open();
        Assert.Equal(20, (_circuit.OpenUntil - _now).TotalSeconds);

        Probe(null);
        _now += TimeSpan.FromMinutes(2);
        Open();
        Assert.Equal(5, (_circuit.OpenUntil - _now).TotalSeconds);
    }

    [Fact]
    public void End_AgentAsksForTime_IsOpenForSoLong()
    {
        for (var i = 0; i < 5; i++)
            End(Refused with { RetryAfter = TimeSpan.FromMinutes(1) });

        Assert.Equal(60, (_circuit.OpenUntil - _now).TotalSeconds);
    }

    private void Open()
    {
        for (var i = 0; i < 5; i++)
            End(Refused);
        Assert.False(_circuit.IsClosed);
    }

    private void Probe(ItemFailure? failure)
    {
        _now = _circuit.OpenUntil;
        Assert.True(_circuit.Begin(_now));
        _circuit.End(_now, isProbe: true, failure, latest: TimeSpan.MaxValue);
    }

    private void End(ItemFailure? failure) => _circuit.End(_now, isProbe: false, failure, latest: TimeSpan.MaxValue);
}
