using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace WorkerFleet.Scaling;

/// <summary>Reads <see cref="ScaleOptions"/>; no exception for what a user can get wrong.</summary>
public static class ScaleOptionsReader
{
    private const string WorkerConcurrencyKey = "Fleet:Worker:Concurrency";
    private const int MaxConcurrency = 10_000;

    private static readonly string[] Keys = [nameof(ScaleOptions.AcceptableTime), nameof(ScaleOptions.Interval)];

    /// <param name="configuration">All of it.</param>
    /// <param name="parse">How durations are written.</param>
    /// <param name="problems">Receives what is wrong, each one message that begins with its key.</param>
    public static ScaleOptions Read(
        IConfiguration configuration, Func<string, TimeSpan?> parse, ICollection<string> problems)
    {
        var section = configuration.GetSection(ScaleOptions.Section);
        foreach (var child in section.GetChildren())
            if (!Keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                problems.Add($"{child.Path}: there is no such key; there are {string.Join(", ", Keys)}");
        var options = new ScaleOptions();
        return options with
        {
            AcceptableTime = Duration(Keys[0], options.AcceptableTime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            Interval = Duration(Keys[1], options.Interval, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10)),
            // What is wrong with it is told where it matters most: by the workers.
            WorkerConcurrency = int.TryParse(
                configuration[WorkerConcurrencyKey], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number is >= 1 and <= MaxConcurrency
                    ? number
                    : options.WorkerConcurrency,
        };

        TimeSpan Duration(string key, TimeSpan otherwise, TimeSpan least, TimeSpan most)
        {
            if (section[key] is not { Length: > 0 } text)
                return otherwise;
            if (parse(text) is { } duration && duration >= least && duration <= most)
                return duration;
            problems.Add($"{ScaleOptions.Section}:{key}: '{text}' is not a duration from {least} to {most}");
            return otherwise;
        }
    }
}
