using WorkerFleet.Batches;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Ledger;

namespace WorkerFleet.Tests.Cli;

public sealed class ProgressTests
{
    [Theory]
    [InlineData(100, 0, 0, 0, 0)]
    [InlineData(0, 100, 0, 0, 0)]
    [InlineData(1, 999_998, 1, 0, 0)]
    [InlineData(500_000, 1, 1, 1, 1)]
    [InlineData(0, 0, 25, 25, 50)]
    [InlineData(0, 0, 0, 0, 0)]
    public void Bar_AnyCounts_IsExactlyAsWideAsItShouldBe(
        long pending, long succeeded, long failed, long rejected, long cancelled)
    {
        var bar = ProgressView.Bar(new ItemCounts(pending, succeeded, failed, rejected, cancelled), 40);

        Assert.Equal(40, bar.Count(c => c == '━'));
    }

    [Fact]
    public void Bar_OneFailureInAMillion_IsSeen()
    {
        var bar = ProgressView.Bar(new ItemCounts(0, 999_999, 1, 0, 0), 40);

        Assert.Contains("[red]━[/]", bar, StringComparison.Ordinal);
    }

    [Fact]
    public void RateMeter_SteadyPace_IsFound()
    {
        var meter = new RateMeter();
        double? rate = null;
        for (var i = 0; i <= 40; i++)
            rate = meter.Add(TimeSpan.FromMilliseconds(500 * i), 100 * i);

        Assert.Equal(200, rate!.Value, precision: 3);
    }

    [Fact]
    public void RateMeter_PaceChanges_ForgetsTheOldOne()
    {
        var meter = new RateMeter();
        double? rate = null;
        for (var i = 0; i <= 100; i++)
            rate = meter.Add(TimeSpan.FromSeconds(i), i < 50 ? 1_000 * i : 50_000 + i);

        Assert.Equal(1, rate!.Value, precision: 3);
    }

    [Fact]
    public void RateMeter_OneReading_SaysNothing() => Assert.Null(new RateMeter().Add(TimeSpan.Zero, 500));

    [Fact]
    public async Task PlainProgress_ManyReadings_WritesFewLinesAndTheLastOne()
    {
        using var cli = new CliProcess();
        var error = new StringWriter();

        await new PlainProgress(cli.CreateContext(TextWriter.Null, error)).ShowAsync(
            Readings(), CancellationToken.None);

        var lines = error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            [
                "processing: 0 of 100 rows settled (0%)",
                "processing: 50 of 100 rows settled (50%): 50 succeeded; 10.0 rows/s, 0:05 left",
                "completed: 100 of 100 rows settled (100%): 100 succeeded",
            ],
            lines);
    }

    private static async IAsyncEnumerable<ProgressSnapshot> Readings()
    {
        await Task.Yield();
        for (var i = 0; i <= 100; i++)
        {
            var batch = new BatchState
                { CurrentState = i == 100 ? BatchStatus.Completed : BatchStatus.Processing, TotalRows = 100 };
            yield return new ProgressSnapshot(
                new BatchProgress(batch, new ItemCounts(100 - i, i, 0, 0, 0), 0, Driven: true),
                i == 0 ? null : 10, TimeSpan.FromMilliseconds(100 * i), TimeSpan.FromSeconds((100 - i) / 10.0));
        }
    }
}
