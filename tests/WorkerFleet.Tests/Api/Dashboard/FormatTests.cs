using WorkerFleet.Api.Dashboard;

namespace WorkerFleet.Tests.Api.Dashboard;

public sealed class FormatTests
{
    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(0.4, "400 ms")]
    [InlineData(1, "1 s")]
    [InlineData(1.25, "1.3 s")]
    [InlineData(59, "59 s")]
    [InlineData(60, "1 min")]
    [InlineData(80, "1 min 20 s")]
    [InlineData(3_700, "1 h 1 min")]
    [InlineData(90_000, "1 d 1 h")]
    public void Duration_HasTheTwoLargestUnits(double seconds, string text) =>
        Assert.Equal(text, Format.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(null, "not reported")]
    [InlineData("0", "$0")]
    [InlineData("0.00001", "under $0.0001")]
    [InlineData("0.00420", "$0.0042")]
    [InlineData("0.5", "$0.5")]
    [InlineData("12.3", "$12.30")]
    [InlineData("1234.567", "$1,234.57")]
    public void Usd_HasCentsFromADollarOn(string? cost, string text) => Assert.Equal(
        text,
        Format.Usd(cost is null ? null : decimal.Parse(cost, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData(0, 1_000_000, "0 %")]
    [InlineData(1, 1_000_000, "1 %")]
    [InlineData(999_999, 1_000_000, "99 %")]
    [InlineData(1_000_000, 1_000_000, "100 %")]
    [InlineData(0, 0, "–")]
    public void Percent_IsNoneOrAllOnlyWhereItIs(long part, long whole, string text) =>
        Assert.Equal(text, Format.Percent(part, whole));
}
