using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Cli.Options;
using WorkerFleet.Items;
using WorkerFleet.Journal;

namespace WorkerFleet.Cli.Rendering;

/// <summary>Everything about one row, for a person.</summary>
internal static class ItemText
{
    private const int LongestText = 2_000;

    public static void Write(CliContext cli, CommonValues common, ItemJson item)
    {
        var id = item.Id is { } own ? $" ({SafeMarkup.Escape(SafeText.Line(own, 80))})" : "";
        cli.Out.MarkupLine($"[bold]Row {item.Row}[/]{id}  {StateOf(item.State)}  " +
            $"[grey]batch {Figures.ShortId(item.BatchId)}[/]");
        Line(cli, "session", item.Session);
        if (item.Agent is { } agent)
            Line(cli, "agent", agent);
        if (item.Attempts > 0)
            Line(cli, "attempts", item.Attempts.ToString(CultureInfo.InvariantCulture) +
                (item.Round > 0 ? $", replayed {Figures.Count(item.Round, "time")}" : ""));
        if (item.DurationMs is { } duration)
            Line(cli, "took", Figures.Milliseconds(duration));
        if (item.Usage is { } usage)
            Line(cli, "cost", Figures.Usage(usage.ToUsage()));
        if (item.Error is { } error)
            Line(cli, "error", $"{Kinds.NameOf(error.Kind)}: {error.Message}");
        if (item.Input is { } input)
            Line(cli, "input", Compact(input));
        if (item.Output is { } output)
            Line(cli, "output", Compact(output));
        if (item.Events.Count > 0)
            WriteTimeline(cli, item.Events);
        if (item.State is ItemState.Failed or ItemState.Cancelled)
            Line(cli, "again", common.Command(cli, $"retry {Figures.ShortId(item.BatchId)} --item {item.Row}"));
    }

    private static void WriteTimeline(CliContext cli, IReadOnlyList<ItemEventJson> events)
    {
        var table = Tables.Create(cli, "time", "after", "event", "attempt", "worker", "detail");
        // The detail is what may wrap; the rest is what a timeline is read by.
        table.Columns[5].NoWrap = false;
        var first = events[0].At;
        foreach (var entry in events)
            table.AddRow(
                entry.At.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture),
                $"+{Durations.Format(entry.At - first)}",
                SafeMarkup.Escape(SafeText.Line(entry.Event, 60)),
                entry.Attempt == 0 ? "" : entry.Attempt.ToString(CultureInfo.InvariantCulture),
                SafeMarkup.Escape(entry.Worker ?? ""),
                SafeMarkup.Escape(DetailOf(entry)));
        cli.Out.Write(table);
    }

    private static string DetailOf(ItemEventJson entry)
    {
        if (entry.Detail is not { } detail)
            return "";
        var isAttempt = entry.Event is JournalStatus.InvocationStarted
            or JournalStatus.InvocationSucceeded or JournalStatus.InvocationFailed;
        if (!isAttempt || AttemptDetail.Parse(detail.GetRawText()) is not { } attempt)
            return Compact(detail);
        var parts = new List<string>();
        if (attempt.DurationMs is { } duration)
            parts.Add($"took {Figures.Milliseconds(duration)}");
        if (attempt.Usage is { } usage)
            parts.Add(Figures.Usage(usage));
        if (attempt.Failure is { } failure)
            parts.Add(SafeText.Line($"{Kinds.NameOf(failure.Kind)}: {failure.Message}", 200));
        if (attempt.NextAttemptAt is { } next)
            parts.Add($"again after {Durations.Format(next - entry.At)}");
        return string.Join("; ", parts);
    }

    private static string StateOf(ItemState state) => state switch
    {
        ItemState.Succeeded => "[green]succeeded[/]",
        ItemState.Failed => "[red]failed[/]",
        ItemState.Rejected => "[yellow]rejected[/]",
        ItemState.Cancelled => "[blue]cancelled[/]",
        _ => "[teal]pending[/]",
    };

    private static string Compact(JsonElement json) => JsonSerializer.Serialize(json, CliJson.LineOptions);

    private static void Line(CliContext cli, string name, string text) =>
        cli.Out.MarkupLine($"  [grey]{name,-9}[/] {SafeMarkup.Escape(SafeText.Line(text, LongestText))}");
}
