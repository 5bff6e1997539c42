using System.Globalization;
using System.Text.Json;

namespace WorkerFleet.Benchmarks.Fleet;

/// <summary>What one run of the real executable took.</summary>
/// <param name="Rows">Rows of its source.</param>
/// <param name="Wall">From submission to the final state, results written.</param>
/// <param name="Completion">From the last settled row to the final state.</param>
/// <param name="PeakMiB">Peak resident memory of the process.</param>
internal sealed record FleetRun(long Rows, TimeSpan Wall, TimeSpan Completion, double PeakMiB)
{
    public double RowsPerSecond => Rows / Wall.TotalSeconds;

    /// <summary>Runs <c>fleet run</c> in a folder of its own, and fails unless every row succeeded.</summary>
    public static async Task<FleetRun> StartAsync(
        string csv, string workFolder, int concurrency, string agent, IReadOnlyDictionary<string, string>? environment = null)
    {
        var folder = Directory.CreateDirectory(
            Path.Combine(workFolder, Guid.CreateVersion7().ToString("N"))).FullName;
        try
        {
            var peak = await RunAsync(folder, environment,
                "run", csv, "--agent", agent, "--prompt", SampleRows.Prompt, "--output", "out",
                "--concurrency", concurrency.ToString(CultureInfo.InvariantCulture));
            return Read(folder, peak);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Has the executable built, so that no run is measured with its build.</summary>
    public static void Build() => FleetExecutable.Output(AppContext.BaseDirectory, "--version");

    /// <summary>Reads what a batch left in the folder, whose results are in <c>out</c>.</summary>
    public static FleetRun Read(string folder, double peakMiB)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "out", "manifest.json")));
        using var summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "out", "summary.json")));
        var rows = manifest.RootElement.GetProperty("rows").GetInt64();
        if (manifest.RootElement.GetProperty("counts").GetProperty("succeeded").GetInt64() != rows)
            throw new InvalidOperationException("Not every row succeeded.");
        using var list = JsonDocument.Parse(FleetExecutable.Output(folder, "list", "--json"));
        var batch = list.RootElement[0];
        var wall = batch.GetProperty("finished_at").GetDateTimeOffset()
            - batch.GetProperty("submitted_at").GetDateTimeOffset();
        var working = TimeSpan.FromMilliseconds(summary.RootElement.GetProperty("duration_ms").GetInt64());
        return new(rows, wall, wall - working, peakMiB);
    }

    /// <returns>Peak resident memory, in MiB.</returns>
    private static async Task<double> RunAsync(
        string folder, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        using var process = FleetExecutable.Start(folder, environment, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        var peak = 0.0;
        var exited = process.WaitForExitAsync();
        // The kernel keeps the peak itself, so a reading before the end is the peak until then.
        while (await Task.WhenAny(exited, Task.Delay(TimeSpan.FromMilliseconds(50))) != exited)
            peak = Math.Max(peak, PeakOf(process.Id));
        await output;
        return process.ExitCode == 0
            ? peak
            : throw new InvalidOperationException($"fleet {arguments[0]} ended with {process.ExitCode}: {await errors}");
    }

    /// <summary>Linux only: VmHWM of the process.</summary>
    private static double PeakOf(int processId)
    {
        try
        {
            var line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or IOException)
        {
            return 0;
        }
    }
}
