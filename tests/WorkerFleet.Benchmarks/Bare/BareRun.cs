using System.Diagnostics;
using System.Globalization;

namespace WorkerFleet.Benchmarks.Bare;

/// <summary>Runs <see cref="BareBus"/> in a process of its own, as the fleet has one.</summary>
internal static class BareRun
{
    /// <returns>Messages a second.</returns>
    public static async Task<double> StartAsync(int items)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(BareRun).Assembly.Location);
        start.ArgumentList.Add("bare");
        start.ArgumentList.Add(items.ToString(CultureInfo.InvariantCulture));
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet does not start.");
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? items / double.Parse(output, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException("The bare bus failed.");
    }
}
