using System.Globalization;

namespace WorkerFleet.Cli.Options;

/// <summary>
/// Sizes as people write them: <c>512</c>, <c>64KiB</c>, <c>8MiB</c> (KB and MB count the same).
/// </summary>
internal static class ByteSizes
{
    private static readonly (string Suffix, int Bytes)[] Units =
    [
        ("mib", 1 << 20), ("mb", 1 << 20), ("m", 1 << 20),
        ("kib", 1 << 10), ("kb", 1 << 10), ("k", 1 << 10),
        ("b", 1), ("", 1),
    ];

    public static bool TryParse(string text, out int bytes)
    {
        var trimmed = text.Trim().ToLowerInvariant();
        var (suffix, unit) = Units.First(unit => trimmed.EndsWith(unit.Suffix, StringComparison.Ordinal));
        var number = trimmed[..^suffix.Length].TrimEnd();
        bytes = 0;
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count > int.MaxValue / unit)
            return false;
        bytes = (int)count * unit;
        return true;
    }

    public static string Format(long bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.#}GiB"),
        >= 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0.#}MiB"),
        >= 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 10):0.#}KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes}B"),
    };
}
