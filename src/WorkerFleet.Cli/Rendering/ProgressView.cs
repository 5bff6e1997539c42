using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;
using WorkerFleet.Batches;
using WorkerFleet.Ledger;

namespace WorkerFleet.Cli.Rendering;

/// <summary>One batch in four lines: what it is, a bar, the counts, the pace.</summary>
internal static class ProgressView
{
    private const int LongestBar = 60;

    public static IRenderable Build(ProgressSnapshot snapshot, int width)
    {
        var (batch, counts) = (snapshot.Progress.Batch, snapshot.Progress.Counts);
        var percent = Figures.Percent(counts.Settled, batch.TotalRows);
        var bar = Math.Clamp(width - 30, 10, LongestBar);
        return new Rows(
            new Markup($"[bold]{SafeMarkup.Escape(SafeText.Line(batch.Spec.Name, 60))}[/]  " +
                $"{StatusOf(batch.CurrentState)}  [grey]{Figures.ShortId(batch.CorrelationId)}[/]"),
            new Markup($"{Bar(counts, bar)} {percent,5}  " +
                $"{Figures.Count(counts.Settled)} of {Figures.Count(batch.TotalRows)}"),
            new Markup(CountsOf(snapshot.Progress)),
            new Markup($"[grey]{PaceOf(snapshot)}[/]"));
    }

    /// <summary>The bar: each state gets its share, and whatever is there gets at least one cell.</summary>
    public static string Bar(ItemCounts counts, int width)
    {
        var total = Math.Max(counts.Total, 1);
        var text = new StringBuilder();
        var used = 0;
        foreach (var (count, style) in (ReadOnlySpan<(long, string)>)
            [(counts.Failed, "red"), (counts.Rejected, "yellow"), (counts.Cancelled, "blue")])
        {
            if (count == 0)
                continue;
            var cells = Math.Min(Math.Max((int)(count * width / total), 1), width - used);
            text.Append($"[{style}]{new string('━', cells)}[/]");
            used += cells;
        }
        var pending = (int)Math.Min((counts.Pending * width + total - 1) / total, width - used);
        var succeeded = width - used - pending;
        return $"[green]{new string('━', succeeded)}[/]{text}[grey37]{new string('━', pending)}[/]";
    }

    public static string CountsOf(BatchProgress progress)
    {
        var counts = progress.Counts;
        var parts = new List<string> { $"[green]{Figures.Count(counts.Succeeded)} succeeded[/]" };
        Add(parts, counts.Failed, "failed", "red");
        Add(parts, counts.Rejected, "rejected", "yellow");
        Add(parts, counts.Cancelled, "cancelled", "blue");
        if (counts.Pending > 0)
            parts.Add($"{Figures.Count(counts.Pending)} pending");
        Add(parts, progress.Waiting, "of them waiting for a retry", "grey");
        return string.Join("  ", parts);
    }

    public static string StatusOf(string status)
    {
        var style = status switch
        {
            BatchStatus.Completed => "green",
            BatchStatus.CompletedWithFailures or BatchStatus.Paused => "yellow",
            BatchStatus.Failed => "red",
            BatchStatus.Cancelled or BatchStatus.Cancelling => "blue",
            _ => "teal",
        };
        return $"[{style}]{SafeMarkup.Escape(StatusWords.Of(status))}[/]";
    }

    private static string PaceOf(ProgressSnapshot snapshot)
    {
        var parts = new List<string>();
        if (snapshot.IsMoving)
            parts.Add($"{Figures.Rate(snapshot.RowsPerSecond!.Value)} rows/s");
        parts.Add($"{Figures.Clock(snapshot.Elapsed)} elapsed");
        if (snapshot is { IsMoving: true, Remaining: { TotalSeconds: >= 1 } remaining })
            parts.Add($"about {Figures.Clock(remaining)} left");
        return string.Join("  ", parts);
    }

    private static void Add(List<string> parts, long count, string name, string style)
    {
        if (count > 0)
            parts.Add($"[{style}]{Figures.Count(count)} {name}[/]");
    }
}
