using System.Globalization;
using WorkerFleet.Agents;
using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli.Rendering;

/// <summary>How numbers, times and texts are shown.</summary>
internal static class Figures
{
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>1 row</c>, <c>2 rows</c>.</summary>
    public static string Count(long number, string noun) => $"{Count(number)} {noun}{(number == 1 ? "" : "s")}";

    public static string Rate(double perSecond) => perSecond.ToString(
        perSecond switch { >= 100 => "N0", >= 1 => "N1", _ => "0.##" }, CultureInfo.InvariantCulture);

    /// <summary>A share that says 100% only when it is all, and 0% only when it is none.</summary>
    public static string Percent(long part, long whole)
    {
        if (whole == 0)
            return "0%";
        var share = 100.0 * part / whole;
        if (part != whole && share > 99)
            share = Math.Floor(share * 10) / 10;
        return string.Create(CultureInfo.InvariantCulture, $"{share:0.#}%");
    }

    public static string Milliseconds(double milliseconds) =>
        Durations.Format(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary><c>$12.30; 1,200 tokens in, 80 out</c>: what there is of it.</summary>
    public static string Usage(AgentUsage usage)
    {
        var tokens = $"{Count(usage.InputTokens)} tokens in, {Count(usage.OutputTokens)} out";
        return usage.CostUsd is not { } cost ? tokens
            : usage.Tokens == 0 ? Usd(cost)
            : $"{Usd(cost)}; {tokens}";
    }

    public static string Usd(decimal cost) => cost switch
    {
        0 => "$0",
        < 0.0001m => "under $0.0001",
        < 1 => $"${cost.ToString("0.####", CultureInfo.InvariantCulture)}",
        _ => $"${cost.ToString("N2", CultureInfo.InvariantCulture)}",
    };

    /// <summary><c>0:07</c>, <c>12:34</c>, <c>1:02:03</c>.</summary>
    public static string Clock(TimeSpan duration) => duration < TimeSpan.FromHours(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalMinutes}:{duration.Seconds:00}")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{(long)duration.TotalHours}:{duration.Minutes:00}:{duration.Seconds:00}");

    public static string Instant(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>
    /// The beginning of a batch id: its first 48 bits are the time in milliseconds, which tells one data folder's
    /// batches apart, and every command takes it.
    /// </summary>
    public static string ShortId(Guid batchId) => batchId.ToString()[..13];
}
