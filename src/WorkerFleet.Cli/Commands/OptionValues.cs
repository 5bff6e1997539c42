using System.CommandLine;
using System.Globalization;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands;

/// <summary>Values of options that belong to one command; each problem names its option.</summary>
internal static class OptionValues
{
    public static Option<string?> Create(string name, string valueName, string description) => new(name)
    {
        HelpName = valueName,
        Description = description,
    };

    public static Option<bool> CreateFlag(string name, string description) => new(name)
    {
        Description = description,
        Arity = ArgumentArity.Zero,
    };

    /// <exception cref="UserErrorException">It is no number, or out of range.</exception>
    public static int Int(this ParseResult parsed, Option<string?> option, int standard, int min, int max)
    {
        if (parsed.GetValue(option) is not { } text)
            return standard;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= min && value <= max
            ? value
            : throw new UserErrorException(
                $"{option.Name}: '{text}' is not a whole number from {Figures.Count(min)} to " +
                    $"{Figures.Count(max)}");
    }

    /// <exception cref="UserErrorException">It is no number, or out of range.</exception>
    public static double? Number(this ParseResult parsed, Option<string?> option, double min, double max)
    {
        if (parsed.GetValue(option) is not { } text)
            return null;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value >= min && value <= max
            ? value
            : throw new UserErrorException(string.Create(
                CultureInfo.InvariantCulture, $"{option.Name}: '{text}' is not a number from {min:#,0.###} to {max:#,0}"));
    }

    /// <exception cref="UserErrorException">It is no share, or more than <paramref name="max"/>.</exception>
    public static double? Share(this ParseResult parsed, Option<string?> option, double max = 1)
    {
        if (parsed.GetValue(option) is not { } text)
            return null;
        var isPercentage = text.EndsWith('%');
        return double.TryParse(
            isPercentage ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share)
            && (isPercentage ? share / 100 : share) is >= 0 and var value && value <= max
            ? value
            : throw new UserErrorException(string.Create(
                CultureInfo.InvariantCulture, $"{option.Name}: '{text}' is not a share from 0 to {max}, such as 0.05 or 5%"));
    }

    /// <exception cref="UserErrorException">It is no duration, or too long.</exception>
    public static TimeSpan? Duration(this ParseResult parsed, Option<string?> option, TimeSpan max)
    {
        if (parsed.GetValue(option) is not { } text)
            return null;
        return Durations.TryParse(text, out var value) && value <= max
            ? value
            : throw new UserErrorException(
                $"{option.Name}: '{text}' is not a duration such as 500ms, 30s, 5m, 1h or 30d, " +
                $"at most {Durations.Format(max)}");
    }
}
