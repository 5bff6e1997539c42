using System.Globalization;

namespace WorkerFleet.Api.Dashboard;

/// <summary>How pages write sizes of memory.</summary>
public static class Sizes
{
    private const double MiB = 1024 * 1024;

    public static string Of(long bytes) => bytes < 1024 * MiB
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / MiB:0} MiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / MiB / 1024:0.0} GiB");
}
