using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.AmazonSqs.Sending;

namespace WorkerFleet.Tests.AmazonSqs.Sending;

public sealed class DelayPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-5.0, null, null)]
    [InlineData(0.0, null, null)]
    [InlineData(0.2, 1, null)]
    [InlineData(3.0, 3, null)]
    [InlineData(900.0, 900, null)]
    [InlineData(900.5, 900, "1795256100500")]
    [InlineData(3600.0, 900, "1795258800000")]
    public void For_ADelay_IsSqssOwnUpTo15MinutesAndTheRestByTheMessage(double seconds, int? delay, string? due) =>
        Assert.Equal(new DelayPlan(delay, due), DelayPlan.For(Now.AddSeconds(seconds), Now));

    [Theory]
    [InlineData("1795255260000", 60)]
    [InlineData("1795255200400", null)]
    [InlineData("1795255100000", null)]
    [InlineData("soon", null)]
    [InlineData("99999999999999999", null)]
    [InlineData("-1", null)]
    public void DueAfter_AMessage_IsWhenItSaysUnlessThatIsNowOrNonsense(string header, int? seconds)
    {
        var message = new SqsMessage
        {
            MessageAttributes = new() { ["MT-Delay-Until"] = new() { StringValue = header } },
        };

        Assert.Equal(seconds is { } later ? Now.AddSeconds(later) : null, DelayPlan.DueAfter(message, Now));
    }
}
