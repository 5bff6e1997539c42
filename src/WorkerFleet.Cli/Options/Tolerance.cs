using System.Globalization;

namespace WorkerFleet.Cli.Options;

/// <summary>How many failures a batch bears: <c>10</c>, <c>5%</c>, or one of each.</summary>
internal static class Tolerance
{
    public static (long? Count, double? Percentage) Read(
        IReadOnlyList<SettingText> texts, List<string> problems)
    {
        long? count = null;
        double? percentage = null;
        foreach (var text in texts)
        {
            if (text.Value.EndsWith('%') && TryPercentage(text.Value[..^1], out var share))
            {
                if (percentage is not null)
                    problems.Add($"{text.Where}: gives a percentage twice");
                percentage = share;
            }
            else if (long.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                if (count is not null)
                    problems.Add($"{text.Where}: gives a count twice");
                count = number;
            }
            else
            {
                problems.Add(
                    $"{text.Where}: '{text.Value}' is not a count such as 10, or a percentage from 0% to 100%");
            }
        }
        return (count, percentage);
    }

    private static bool TryPercentage(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value)
            && value is >= 0 and <= 100;
}
