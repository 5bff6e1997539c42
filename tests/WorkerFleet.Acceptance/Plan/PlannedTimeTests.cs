using System.Globalization;

namespace WorkerFleet.Acceptance.Plan;

/// <summary>
/// Batches are planned, then really run: the time that was planned is within 15 % of the time they took, over their last three
/// quarters. Agents decide these times, so that a busy machine changes little about them; all run beside one another.
/// </summary>
public sealed class PlannedTimeTests(PlannedRuns runs) : IClassFixture<PlannedRuns>
{
    private const double Tolerance = 0.15;

    [Theory]
    [InlineData(PlannedRuns.Numbers)]
    [InlineData(PlannedRuns.Sampled)]
    [InlineData(PlannedRuns.Paced)]
    [InlineData(PlannedRuns.Sessions)]
    public void Plan_OfABatchThatThenRuns_HasItsTime(string scenario)
    {
        var run = runs[scenario];

        Assert.True(
            Math.Abs((run.PlannedMs / run.ActualMs) - 1) <= Tolerance,
            string.Create(CultureInfo.InvariantCulture, $"planned {run.PlannedMs:F0} ms, took {run.ActualMs:F0} ms"));
        Assert.Equal(run.Limit, run.PlannedLimit);
        // Which attempts fail is drawn, so that their number is near what was planned.
        Assert.InRange(run.PlannedCalls / run.Attempts, 1 - Tolerance, 1 + Tolerance);
    }
}
