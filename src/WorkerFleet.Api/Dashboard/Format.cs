using System.Globalization;
using System.Text.Json;
using WorkerFleet.Api.Contracts;

namespace WorkerFleet.Api.Dashboard;

/// <summary>
/// How pages write values. The script writes those that change live; <c>format.js</c> has the same rules.
/// </summary>
public static class Format
{
    /// <summary>In place of what is not known.</summary>
    public const string None = "–";

    /// <summary>In place of what agents do not tell.</summary>
    public const string NotReported = "not reported";

    public static string Text(string? text) => string.IsNullOrEmpty(text) ? None : text;

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share in whole percent: 100 % only where all are meant, and 0 % only where none are.</summary>
    public static string Percent(long part, long whole) => whole == 0 ? None
        : part == whole ? "100 %"
        : part == 0 ? "0 %"
        : $"{Math.Clamp((int)Math.Round(100.0 * part / whole), 1, 99)} %";

    public static string Rate(double? perSecond) => perSecond switch
    {
        null => None,
        >= 100 => $"{perSecond.Value.ToString("N0", CultureInfo.InvariantCulture)}/s",
        _ => $"{perSecond.Value.ToString("0.0", CultureInfo.InvariantCulture)}/s",
    };

    /// <summary>The two largest units: 1 d 3 h, 4 min 20 s, 0.4 s.</summary>
    public static string Duration(TimeSpan? duration) => duration switch
    {
        null => None,
        { TotalDays: >= 1 } d => Units((int)d.TotalDays, "d", d.Hours, "h"),
        { TotalHours: >= 1 } d => Units(d.Hours, "h", d.Minutes, "min"),
        { TotalMinutes: >= 1 } d => Units(d.Minutes, "min", d.Seconds, "s"),
        { TotalSeconds: >= 10 } d => $"{d.Seconds} s",
        { TotalSeconds: >= 1 } d => $"{d.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s",
        { } d => $"{d.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms",
    };

    /// <summary>US dollars, to a cent from one on: $12.30, $0.0042.</summary>
    public static string Usd(decimal? cost) => cost switch
    {
        null => NotReported,
        0 => "$0",
        < 0.0001m => "under $0.0001",
        < 1 => $"${cost.Value.ToString("0.####", CultureInfo.InvariantCulture)}",
        _ => $"${cost.Value.ToString("N2", CultureInfo.InvariantCulture)}",
    };

    /// <summary>Tokens in either direction.</summary>
    public static string Tokens(UsageJson? usage) => usage is { InputTokens: 0, OutputTokens: 0 } or null
        ? NotReported
        : $"{Count(usage.InputTokens)} in, {Count(usage.OutputTokens)} out";

    /// <summary>An instant for people, in UTC; the script shows it in the time of the browser's place.</summary>
    public static string Instant(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A name of the code as words: <c>CompletedWithFailures</c> is "completed with failures".</summary>
    public static string Words(string name) => JsonNamingPolicy.KebabCaseLower.ConvertName(name).Replace('-', ' ');

    /// <summary>The end of an id, which differs where its beginning is a time.</summary>
    public static string ShortId(Guid id) => id.ToString("N")[^8..];

    private static string Units(int large, string unit, int small, string smaller) =>
        small == 0 ? $"{large} {unit}" : $"{large} {unit} {small} {smaller}";
}
