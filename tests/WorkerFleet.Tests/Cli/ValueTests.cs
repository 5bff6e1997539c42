using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Tests.Cli;

public sealed class ValueTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("5m", 300_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("2d", 172_800_000)]
    [InlineData("0s", 0)]
    [InlineData("00:05:00", 300_000)]
    public void Durations_Written_AreUnderstood(string text, double milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("5 minutes")]
    [InlineData("-1s")]
    [InlineData("-00:01:00")]
    [InlineData("1e9h")]
    [InlineData("999999999999999d")]
    public void Durations_AnythingElse_IsRefused(string text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData(0.25, "0.3ms")]
    [InlineData(500, "500ms")]
    [InlineData(1_000, "1s")]
    [InlineData(90_000, "1m30s")]
    [InlineData(3_600_000, "1h")]
    [InlineData(86_400_000 * 30.0, "30d")]
    public void Durations_Shown_AreReadable(double milliseconds, string text) =>
        Assert.Equal(text, Durations.Format(TimeSpan.FromMilliseconds(milliseconds)));

    [Theory]
    [InlineData("512", 512)]
    [InlineData("64KiB", 65_536)]
    [InlineData("8 mb", 8_388_608)]
    public void ByteSizes_Written_AreUnderstood(string text, int bytes)
    {
        Assert.True(ByteSizes.TryParse(text, out var parsed));
        Assert.Equal(bytes, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("4096MiB")]
    [InlineData("1.5MiB")]
    public void ByteSizes_AnythingElse_IsRefused(string text) => Assert.False(ByteSizes.TryParse(text, out _));

    [Theory]
    [InlineData("concurency", "concurrency")]
    [InlineData("onBadRow", "on-bad-row")]
    [InlineData("retires", "retries")]
    [InlineData("zzz", null)]
    public void Suggestions_Mistyped_FindTheNearest(string written, string? nearest) =>
        Assert.Equal(nearest, Suggestions.Nearest(written, ["concurrency", "on-bad-row", "retries", "limits"]));

    [Theory]
    [InlineData(0, 10, "0%")]
    [InlineData(9_999, 10_000, "99.9%")]
    [InlineData(999_999, 1_000_000, "99.9%")]
    [InlineData(10, 10, "100%")]
    [InlineData(1, 3, "33.3%")]
    [InlineData(0, 0, "0%")]
    public void Percent_Share_IsAllOnlyWhenItIsAll(long part, long whole, string text) =>
        Assert.Equal(text, Figures.Percent(part, whole));

    [Fact]
    public void SafeText_ControlCharacters_CannotReachTheTerminal() =>
        Assert.Equal("a [31mred b", SafeText.Line("a\u001b[31mred\nb"));

    [Fact]
    public void ShellText_WordWithSpaces_CanBeTypedAsShown() =>
        Assert.Equal("'it'\\''s here'", ShellText.Quote("it's here"));
}
