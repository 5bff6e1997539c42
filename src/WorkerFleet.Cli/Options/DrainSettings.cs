using Microsoft.Extensions.Configuration;
using WorkerFleet.Messaging;

namespace WorkerFleet.Cli.Options;

/// <summary><c>Fleet:DrainTimeout</c>, as people write durations.</summary>
internal static class DrainSettings
{
    public const string Key = "Fleet:DrainTimeout";

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <exception cref="UserErrorException">The configuration is wrong.</exception>
    public static DrainOptions Read(IConfiguration configuration)
    {
        if (configuration[Key] is not { Length: > 0 } text)
            return new();
        return Durations.TryParse(text, out var timeout) && timeout >= TimeSpan.Zero && timeout <= Longest
            ? new() { Timeout = timeout }
            : throw new UserErrorException(
                $"{Key}: '{text}' is not a duration from 0s to {Durations.Format(Longest)}, such as 5m");
    }
}
