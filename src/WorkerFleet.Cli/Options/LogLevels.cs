using Serilog.Events;

namespace WorkerFleet.Cli.Options;

internal static class LogLevels
{
    private static readonly Dictionary<string, LogEventLevel> Levels = new()
    {
        ["trace"] = LogEventLevel.Verbose,
        ["debug"] = LogEventLevel.Debug,
        ["information"] = LogEventLevel.Information,
        ["info"] = LogEventLevel.Information,
        ["warning"] = LogEventLevel.Warning,
        ["error"] = LogEventLevel.Error,
    };

    /// <exception cref="UserErrorException">There is no such level.</exception>
    public static LogEventLevel? Parse(string? text, bool verbose)
    {
        if (text is null)
            return verbose ? LogEventLevel.Debug : null;
        return Levels.TryGetValue(text.ToLowerInvariant(), out var level)
            ? level
            : throw new UserErrorException(
                $"--log-level: '{text}' is not one of {string.Join(", ", Levels.Keys)}" +
                Suggestions.DidYouMean(text, Levels.Keys));
    }
}
