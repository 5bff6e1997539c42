using WorkerFleet.Agents;

namespace WorkerFleet.Tests.Agents;

public sealed class ClockOffsetTests
{
    private static readonly DateTimeOffset Asked = new(2026, 11, 29, 12, 0, 0, 500, TimeSpan.Zero);

    [Theory]
    [InlineData(0.1, 0, 0)]
    [InlineData(0.1, -0.4, 0)]
    // The answer was 20 s on its way, or whoever reads it was held up; the other clock was right all the time.
    [InlineData(20, 0, 0)]
    [InlineData(20, 19, 0)]
    [InlineData(20, 29.5, 9.5)]
    [InlineData(0.1, 10, 9.9)]
    [InlineData(0.1, -10, -9)]
    [InlineData(20, -10, -9)]
    public void Of_AnswerAfterAWhile_IsTheLeastThatItCanBe(double answeredAfter, double date, double expected) => Assert.Equal(
        TimeSpan.FromSeconds(expected),
        ClockOffset.Of(Asked.AddSeconds(date), Asked, Asked.AddSeconds(answeredAfter)));

    [Fact]
    public void Of_NothingSaid_IsNothing() => Assert.Null(ClockOffset.Of(null, Asked, Asked));
}
