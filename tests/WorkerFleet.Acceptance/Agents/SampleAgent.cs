using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Conformance.Emulators;

namespace WorkerFleet.Acceptance.Agents;

/// <summary>One of samples/agents, built and started as its README says, in a process of its own.</summary>
internal sealed class SampleAgent : IAsyncDisposable
{
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(5);

    /// <summary>By folder: each is built once, for all tests of the process.</summary>
    private static readonly ConcurrentDictionary<string, Lazy<Task>> Builds = new();

    private readonly ProcessStartInfo _start;
    private Process _process;

    private SampleAgent(ProcessStartInfo start, string url) => (_start, _process, Url) = (start, Start(start), url);

    public string Url { get; }

    /// <param name="sample">Its folder.</param>
    /// <param name="environment">Variables beside its port.</param>
    public static async Task<SampleAgent> StartAsync(string sample, IReadOnlyDictionary<string, string> environment)
    {
        var folder = Path.Combine(Workspace.RepositoryRoot, "samples", "agents", sample);
        var port = LoopbackPorts.Free().ToString(CultureInfo.InvariantCulture);
        var isTypeScript = sample == "typescript";
        await Builds.GetOrAdd(
            folder, _ => new(() => isTypeScript ? BuildTypeScriptAsync(folder) : BuildCSharpAsync(folder))).Value;
        var start = isTypeScript
            ? new ProcessStartInfo("node", ["dist/agent.js"])
            : new ProcessStartInfo("dotnet", ["bin/Release/net10.0/Agent.dll"]);
        start.WorkingDirectory = folder;
        start.Environment["LOG"] = "off";
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        start.Environment["PORT"] = port;
        start.Environment["HOST"] = "127.0.0.1";
        var agent = new SampleAgent(start, $"http://127.0.0.1:{port}");
        await agent.WaitUntilReadyAsync();
        return agent;
    }

    /// <summary>Ends it in the middle of whatever it does, and starts another one at the same address.</summary>
    public async Task KillAndStartAsync()
    {
        await KillAsync();
        _process = Start(_start);
        await WaitUntilReadyAsync();
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task WaitUntilReadyAsync()
    {
        using var client = new HttpClient();
        await Wait.UntilAsync(() => AnswersAsync(client), $"the sample agent in {_start.WorkingDirectory}");
    }

    private async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task BuildTypeScriptAsync(string folder)
    {
        var installed = new FileInfo(Path.Combine(folder, "node_modules", ".package-lock.json"));
        if (!installed.Exists
            || installed.LastWriteTimeUtc < File.GetLastWriteTimeUtc(Path.Combine(folder, "package-lock.json")))
            await RunAsync("npm", folder, "ci", "--no-audit", "--no-fund", "--loglevel=error");
        await RunAsync("npm", folder, "run", "build", "--silent");
    }

    private static Task BuildCSharpAsync(string folder) => RunAsync(
        "dotnet", folder, "build", "--configuration", "Release", "--nologo", "-v", "quiet");

    private static async Task RunAsync(string program, string folder, params string[] arguments)
    {
        using var process = Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder });
        using var limit = new CancellationTokenSource(BuildLimit);
        await process.WaitForExitAsync(limit.Token);
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"`{program} {string.Join(' ', arguments)}` in {folder} ended with {process.ExitCode}.");
    }

    private static Process Start(ProcessStartInfo start)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => KillQuietly(process);
        return process;
    }

    private static void KillQuietly(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended, and was disposed.
        }
    }

    private async ValueTask<bool> AnswersAsync(HttpClient client)
    {
        if (_process.HasExited)
            throw new InvalidOperationException("The sample agent ended instead of serving.");
        try
        {
            using var response = await client.GetAsync(new Uri($"{Url}/ping"));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
