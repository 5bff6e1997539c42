using WorkerFleet.AmazonSqs.Receiving;

namespace WorkerFleet.Tests.AmazonSqs.Receiving;

public sealed class ReceivePaceTests
{
    private const int Full = 10;

    private readonly ReceivePace _pace = new(TimeSpan.FromMilliseconds(50));

    [Fact]
    public void After_SteadyFlow_ReceivesComeToBeNearlyFull()
    {
        // Half a message a millisecond, and 2 ms for a request.
        var (arrived, received, requests) = (0.0, 0, 0);
        for (var request = 0; request < 300; request++)
        {
            var got = Math.Min((int)arrived, Full);
            arrived -= got;
            if (request >= 100)
                (received, requests) = (received + got, requests + 1);
            arrived += 0.5 * (_pace.After(Full, got).TotalMilliseconds + 2);
        }

        Assert.InRange((double)received / requests, 8.5, 10);
    }

    [Fact]
    public void After_QueueThatIsFull_NothingIsLeftOfThePause()
    {
        for (var i = 0; i < 50; i++)
            _pace.After(Full, 1);
        Assert.Equal(TimeSpan.FromMilliseconds(50), _pace.After(Full, 1));
        Assert.False(_pace.WantsMore);

        for (var i = 0; i < 24; i++)
            _pace.After(Full, Full);
        Assert.True(_pace.WantsMore);
        _pace.After(Full, 3);
        Assert.False(_pace.WantsMore);
    }

    [Fact]
    public void After_NothingReceived_TheNextWaitsInItsRequest()
    {
        _pace.After(Full, 1);

        Assert.Equal(TimeSpan.Zero, _pace.After(Full, 0));
    }

    [Fact]
    public void After_NoPauseAllowed_ThereIsNone()
    {
        var pace = new ReceivePace(TimeSpan.Zero);

        Assert.Equal(TimeSpan.Zero, pace.After(Full, 1));
    }
}
