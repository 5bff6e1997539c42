using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace WorkerFleet.Benchmarks.Fleet;

/// <summary>Processes of a fleet over a folder and a broker of their own prefix; stopped in order when disposed.</summary>
internal sealed class BrokerFleet : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(2);

    private readonly Dictionary<string, string> _environment;
    private readonly List<Process> _processes = [];

    private BrokerFleet(string folder, string broker, IReadOnlyDictionary<string, string> environment)
    {
        Folder = folder;
        _environment = new(environment)
        {
            ["FLEET__BROKER"] = broker,
            ["FLEET__RABBITMQ__PREFIX"] = $"bench-{Guid.CreateVersion7():N}-",
        };
    }

    public string Folder { get; }

    /// <param name="folder">Of its own.</param>
    /// <param name="broker">Address.</param>
    /// <param name="environment">Configuration beside.</param>
    /// <param name="commands">One a process, such as <c>worker --concurrency 25</c>.</param>
    public static async Task<BrokerFleet> StartAsync(
        string folder, string broker, IReadOnlyDictionary<string, string> environment, params string[] commands)
    {
        var fleet = new BrokerFleet(Directory.CreateDirectory(folder).FullName, broker, environment);
        foreach (var command in commands)
        {
            var process = FleetExecutable.Start(fleet.Folder, fleet._environment, command.Split(' '));
            process.ErrorDataReceived += (_, _) => { };
            process.OutputDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            process.BeginOutputReadLine();
            fleet._processes.Add(process);
        }

        await fleet.WaitUntilReadyAsync(commands.Length);
        return fleet;
    }

    /// <summary>Submits a batch and waits for its end; results are in the folder's <c>out</c>.</summary>
    public async Task<FleetRun> RunAsync(string csv, int concurrency, string agent)
    {
        using var process = FleetExecutable.Start(Folder, _environment,
        [
            "submit", csv, "--agent", agent, "--prompt", SampleRows.Prompt, "--output", "out", "--wait", "--concurrency",
            concurrency.ToString(CultureInfo.InvariantCulture),
        ]);
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? FleetRun.Read(Folder, peakMiB: 0)
            : throw new InvalidOperationException($"fleet submit ended with {process.ExitCode}: {await errors}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
                await kill.WaitForExitAsync();
        foreach (var process in _processes)
        {
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(Folder, recursive: true);
    }

    private async Task WaitUntilReadyAsync(int count)
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            using var workers = JsonDocument.Parse(FleetExecutable.Output(Folder, "workers", "--json"));
            if (workers.RootElement.GetProperty("workers").GetArrayLength() == count)
                return;
            if (waiting.Elapsed > LongestStart)
                throw new InvalidOperationException("The fleet does not start: is the broker there?");
            await Task.Delay(TimeSpan.FromMilliseconds(250));
        }
    }
}
