using Spectre.Console;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Cli.Rendering;

/// <summary>How one batch stands, for a person.</summary>
internal static class BatchStatusText
{
    public static void Write(
        CliContext cli, CommonValues common, BatchProgress progress, IReadOnlyList<DeadLetterGroup> groups)
    {
        var (batch, counts) = (progress.Batch, progress.Counts);
        var id = Figures.ShortId(batch.CorrelationId);
        cli.Out.MarkupLine($"[bold]{SafeMarkup.Escape(SafeText.Line(batch.Spec.Name))}[/]  " +
            $"{ProgressView.StatusOf(batch.CurrentState)}  [grey]batch {id}[/]");
        if (cli.Out.Profile.Out.IsTerminal)
            cli.Out.MarkupLine(
                $"  {ProgressView.Bar(counts, 60)} {Figures.Percent(counts.Settled, batch.TotalRows)}");
        Line(cli, "rows", $"{Figures.Count(counts.Settled)} of {Figures.Count(batch.TotalRows)} settled: " +
            $"{ProgressView.CountsOf(progress)}");
        if (!progress.Usage.IsNone)
            Line(cli, BatchFollower.IsFinal(progress) ? "cost" : "cost yet", Figures.Usage(progress.Usage));
        if (batch.EndReason is { Length: > 0 } reason)
            Line(cli, "because", SafeMarkup.Escape(SafeText.Line(reason)));
        Line(cli, "submitted", Figures.Instant(batch.SubmittedAt) +
            (batch.Spec.Owner.Length > 0 ? $" by {SafeMarkup.Escape(SafeText.Line(batch.Spec.Owner))}" : ""));
        if (batch.FinishedAt is { } finished)
            Line(cli, "finished",
                $"{Figures.Instant(finished)}, after {Durations.Format(finished - batch.SubmittedAt)}");
        Line(cli, "options", SafeMarkup.Escape(OptionsOf(batch.Spec)));
        if (batch.Output is not null)
            Line(cli, "results", SafeMarkup.Escape(cli.ShortPath(batch.Output)) +
                (BatchFollower.IsFinal(progress) ? "" : " [grey](at the end)[/]"));
        foreach (var group in groups)
            Line(cli, "error", $"[red]{Figures.Count(group.Count)} ×[/] {Kinds.NameOf(group.Kind)}: " +
                $"{SafeMarkup.Escape(SafeText.Line(group.Sample, 160))} [grey]{SafeMarkup.Escape(group.Group)}[/]");
        if (NextStep(progress) is { } next)
            Line(cli, "next", $"[bold]{SafeMarkup.Escape(common.Command(cli, $"{next} {id}"))}[/]");
    }

    private static string OptionsOf(BatchSpec spec)
    {
        var agents = spec.Agents.Rules.Select(rule => rule.Agent).Append(spec.Agents.Default)
            .Where(agent => agent.Length > 0).Distinct();
        var byColumn = spec.Agents.Column is { } column ? $" by column {column}" : "";
        return $"agent {SafeText.Line(string.Join(", ", agents) + byColumn)}; " +
            $"concurrency {spec.Limits.Concurrency}, " +
            $"{Figures.Count(spec.Retry.MaxAttempts, "attempt")} of " +
            $"{Durations.Format(spec.Limits.AttemptTimeout)}";
    }

    /// <summary>The command that helps the batch on, where one does.</summary>
    private static string? NextStep(BatchProgress progress) => progress switch
    {
        { Batch.CurrentState: BatchStatus.Paused } => "resume",
        _ when !BatchFollower.IsFinal(progress) => progress.Driven ? "watch" : "resume",
        { Counts: { Failed: 0, Cancelled: 0 } } => null,
        _ => "retry",
    };

    private static void Line(CliContext cli, string name, string markup) =>
        cli.Out.MarkupLine($"  [grey]{name,-9}[/] {markup}");
}
