using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace WorkerFleet.Cli.Options;

/// <summary>
/// Durations as people write them: <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>1h30m</c>, <c>2d</c>.
/// </summary>
internal static partial class Durations
{
    /// <returns>False for anything else, and for what does not fit a <see cref="TimeSpan"/>.</returns>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var match = Pattern().Match(text.Trim());
        if (!match.Success)
            // How .NET writes them, for configuration that was written with other .NET programs in mind.
            return text.Contains(':', StringComparison.Ordinal)
                && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration)
                && duration >= TimeSpan.Zero;
        double milliseconds = 0;
        for (var i = 0; i < match.Groups["number"].Captures.Count; i++)
        {
            var number = double.Parse(match.Groups["number"].Captures[i].Value, CultureInfo.InvariantCulture);
            milliseconds += number * MillisecondsOf(match.Groups["unit"].Captures[i].Value);
        }
        if (milliseconds > TimeSpan.MaxValue.TotalMilliseconds / 2)
            return false;
        duration = TimeSpan.FromMilliseconds(milliseconds);
        return true;
    }

    /// <summary>The same way round: the two largest units that matter.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration < TimeSpan.FromMilliseconds(10))
            return string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.#}ms");
        if (duration < TimeSpan.FromSeconds(1))
            return string.Create(CultureInfo.InvariantCulture, $"{Math.Round(duration.TotalMilliseconds)}ms");
        if (duration < TimeSpan.FromSeconds(10))
            return string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.#}s");
        var rounded = TimeSpan.FromSeconds(Math.Round(duration.TotalSeconds));
        var text = new StringBuilder();
        Append(text, rounded.Days, "d");
        Append(text, rounded.Hours, "h");
        if (rounded.Days == 0)
            Append(text, rounded.Minutes, "m");
        if (rounded is { Days: 0, Hours: 0 })
            Append(text, rounded.Seconds, "s");
        return text.ToString();
    }

    private static void Append(StringBuilder text, int value, string unit)
    {
        if (value > 0)
            text.Append(CultureInfo.InvariantCulture, $"{value}{unit}");
    }

    private static double MillisecondsOf(string unit) => unit switch
    {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => 86_400_000,
    };

    [GeneratedRegex(@"\A(?:(?<number>\d{1,15}(?:\.\d{1,9})?)(?<unit>ms|s|m|h|d))+\z")]
    private static partial Regex Pattern();
}
