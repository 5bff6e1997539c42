using Spectre.Console;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Options;
using WorkerFleet.Results;

namespace WorkerFleet.Cli.Rendering;

/// <summary>What is said when a batch is over.</summary>
internal static class BatchEnd
{
    private const int MostErrors = 5;

    public static int ExitCodeOf(string status) => status switch
    {
        BatchStatus.Completed => ExitCodes.Success,
        BatchStatus.CompletedWithFailures => ExitCodes.CompletedWithFailures,
        _ => ExitCodes.Failed,
    };

    /// <returns>The exit code.</returns>
    public static async Task<int> WriteAsync(
        CliContext cli, CommonValues common, BatchProgress progress, CancellationToken cancellationToken)
    {
        var batch = progress.Batch;
        var summary = await SummaryFile.ReadAsync(
            cli, common, batch.Output, batch.CorrelationId, cancellationToken);
        if (common.Json)
            cli.WriteJson(BatchEndJson.Of(progress, summary));
        else
            WriteText(cli, common, progress, summary);
        return ExitCodeOf(batch.CurrentState);
    }

    /// <summary>
    /// Of a batch that is elsewhere: without its files, and without commands, which would be for the store here.
    /// </summary>
    /// <returns>The exit code.</returns>
    public static int WriteRemote(CliContext cli, CommonValues common, BatchProgress progress)
    {
        if (common.Json)
            cli.WriteJson(BatchEndJson.Of(progress, null));
        else
            WriteHead(cli, progress);
        return ExitCodeOf(progress.Batch.CurrentState);
    }

    private static void WriteText(
        CliContext cli, CommonValues common, BatchProgress progress, BatchSummary? summary)
    {
        var (batch, counts) = (progress.Batch, progress.Counts);
        var id = Figures.ShortId(batch.CorrelationId);
        WriteHead(cli, progress);
        if (summary is not null)
            WriteFigures(cli, summary);
        if (summary is { Errors.Count: > 0 })
            WriteErrors(cli, common, summary, id);
        if (batch.Output is not null && summary is not null)
            WritePaths(cli, batch.Output, counts.Settled > counts.Succeeded);
        if (batch.OutputProblem is { Length: > 0 } problem)
            cli.Out.MarkupLine($"  [red]results   {SafeMarkup.Escape(SafeText.Line(problem))}[/] Then: " +
                $"[bold]{SafeMarkup.Escape(common.Command(cli, $"results {id}"))}[/]");
        if (counts.Failed + counts.Cancelled > 0)
            cli.Out.MarkupLine($"  again     [bold]{SafeMarkup.Escape(common.Command(cli, $"retry {id}"))}[/]");
    }

    private static void WriteHead(CliContext cli, BatchProgress progress)
    {
        var batch = progress.Batch;
        cli.Out.MarkupLine(
            $"{Mark(batch.CurrentState)} [bold]{SafeMarkup.Escape(SafeText.Line(batch.Spec.Name))}[/] " +
            $"{ProgressView.StatusOf(batch.CurrentState)}  [grey]batch {Figures.ShortId(batch.CorrelationId)}[/]");
        if (batch.EndReason is { Length: > 0 } reason)
            cli.Out.MarkupLine($"  because: {SafeMarkup.Escape(SafeText.Line(reason))}");
        cli.Out.MarkupLine($"  rows      {Figures.Count(batch.TotalRows)}: {ProgressView.CountsOf(progress)}");
        if (!progress.Usage.IsNone)
            cli.Out.MarkupLine($"  cost      {Figures.Usage(progress.Usage)}");
    }

    private static void WriteFigures(CliContext cli, BatchSummary summary)
    {
        cli.Out.MarkupLine($"  time      {Figures.Milliseconds(summary.DurationMs)}, " +
            $"{Figures.Rate(summary.RowsPerSecond)} rows/s, {Figures.Count(summary.Attempts, "attempt")}");
        if (summary.LatencyMs is { } latency)
            cli.Out.MarkupLine($"  latency   p50 {Figures.Milliseconds(latency.P50)}, " +
                $"p95 {Figures.Milliseconds(latency.P95)}, max {Figures.Milliseconds(latency.Max)}");
        if (summary.Accuracy is { } accuracy)
            AccuracyText.Write(cli, accuracy);
    }

    private static void WritePaths(CliContext cli, string folder, bool withFailures)
    {
        string[] names = withFailures
            ? [ExportFileNames.Results, ExportFileNames.Table, ExportFileNames.Failures, ExportFileNames.Summary]
            : [ExportFileNames.Results, ExportFileNames.Table, ExportFileNames.Summary];
        foreach (var name in names)
            cli.Out.MarkupLine($"  {(name == names[0] ? "results" : ""),-9} " +
                $"{SafeMarkup.Escape(cli.ShortPath($"{folder.TrimEnd('/')}/{name}"))}");
    }

    private static void WriteErrors(CliContext cli, CommonValues common, BatchSummary summary, string id)
    {
        cli.Out.MarkupLine("  errors");
        foreach (var error in summary.Errors.Take(MostErrors))
            cli.Out.MarkupLine($"    [red]{Figures.Count(error.Count)} ×[/] " +
                $"{(error.Kind is { } kind ? Kinds.NameOf(kind) : "other")}: " +
                $"{SafeMarkup.Escape(SafeText.Line(error.Message, 160))} [grey]{SafeMarkup.Escape(error.Group)}[/]");
        if (summary.Errors.Count > MostErrors)
            cli.Out.MarkupLine(
                $"    [grey]and {Figures.Count(summary.Errors.Count - MostErrors, "cause")} more[/]");
        cli.Out.MarkupLine($"  look      {SafeMarkup.Escape(common.Command(cli, $"dead-letters groups {id}"))}");
    }

    private static string Mark(string status) => status switch
    {
        BatchStatus.Completed => "[green]✓[/]",
        BatchStatus.CompletedWithFailures => "[yellow]![/]",
        _ => "[red]✗[/]",
    };
}
