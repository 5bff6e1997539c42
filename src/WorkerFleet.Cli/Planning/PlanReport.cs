using WorkerFleet.Cli.Options;
using WorkerFleet.Planning;

namespace WorkerFleet.Cli.Planning;

/// <summary>A plan, and all that it was made of.</summary>
internal sealed record PlanReport(
    RunRequest Request, SourceSurvey Survey, IReadOnlyList<SampleCall> Sample, PlanChoices Choices,
    PlanInput Input, Plan Plan)
{
    public required IReadOnlyDictionary<string, string?> AgentTypes { get; init; }

    /// <summary>Rows a second that are settled, over all of the time.</summary>
    public double? RowsPerSecond => Plan.Time is { } time && time.Expected > TimeSpan.Zero
        ? Input.Rows / time.Expected.TotalSeconds
        : null;

    /// <summary>What the numbers do not say by themselves.</summary>
    public IReadOnlyList<string> Notes => [.. PlanNotes.Of(this)];
}
