using System.Text;

namespace WorkerFleet.Cli.Rendering;

/// <summary>A line every few seconds, and only when something changed.</summary>
internal sealed class PlainProgress(CliContext cli) : IProgressDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    public async Task<ProgressSnapshot> ShowAsync(
        IAsyncEnumerable<ProgressSnapshot> snapshots, CancellationToken cancellationToken)
    {
        ProgressSnapshot? last = null;
        var lastLine = "";
        TimeSpan? writtenAt = null;
        await foreach (var snapshot in snapshots.WithCancellation(cancellationToken))
        {
            last = snapshot;
            if (!snapshot.IsFinal && writtenAt is { } at && snapshot.Elapsed - at < Interval)
                continue;
            writtenAt = snapshot.Elapsed;
            var line = CountsOf(snapshot);
            if (line == lastLine)
                continue;
            lastLine = line;
            if (cli.Log is { } log)
                log.Write("information", line + RateOf(snapshot));
            else
                cli.Error.Profile.Out.Writer.WriteLine(line + RateOf(snapshot));
        }
        return last ?? throw new InvalidOperationException("There was nothing to show.");
    }

    internal static string CountsOf(ProgressSnapshot snapshot)
    {
        var (batch, counts) = (snapshot.Progress.Batch, snapshot.Progress.Counts);
        var text = new StringBuilder();
        text.Append($"{StatusWords.Of(batch.CurrentState)}: " +
            $"{Figures.Count(counts.Settled)} of {Figures.Count(batch.TotalRows, "row")} settled");
        text.Append($" ({Figures.Percent(counts.Settled, batch.TotalRows)})");
        Append(text, ": ", counts.Succeeded, "succeeded");
        Append(text, ", ", counts.Failed, "failed");
        Append(text, ", ", counts.Rejected, "rejected");
        Append(text, ", ", counts.Cancelled, "cancelled");
        Append(text, "; ", snapshot.Progress.Waiting, "waiting for a retry");
        return text.ToString();
    }

    private static string RateOf(ProgressSnapshot snapshot)
    {
        if (!snapshot.IsMoving)
            return "";
        var remaining = snapshot.Remaining is { } time ? $", {Figures.Clock(time)} left" : "";
        return $"; {Figures.Rate(snapshot.RowsPerSecond!.Value)} rows/s{remaining}";
    }

    private static void Append(StringBuilder text, string separator, long count, string name)
    {
        if (count > 0)
            text.Append($"{separator}{Figures.Count(count)} {name}");
    }
}
