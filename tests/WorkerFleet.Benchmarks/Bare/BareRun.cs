using System.Diagnostics;
using System.Globalization;

namespace WorkerFleet.Benchmarks.Bare;

/// <summary>Runs <see cref="BareBus"/> in a process of its own, as the fleet has one.</summary>
internal static class BareRun
{
    /// <param name="items">How many.</param>
    /// <param name="broker">As <see cref="BareBus.RunAsync"/> takes it.</param>
    /// <returns>Messages a second.</returns>
    public static async Task<double> StartAsync(int items, string? broker = null)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(BareRun).Assembly.Location);
        start.ArgumentList.Add("bare");
        start.ArgumentList.Add(items.ToString(CultureInfo.InvariantCulture));
        if (broker is not null)
            start.ArgumentList.Add(broker);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet does not start.");
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? items / double.Parse(output, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException("The bare bus failed.");
    }
}
