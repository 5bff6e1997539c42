using System.Diagnostics;
using System.Globalization;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Conformance.Emulators;

namespace WorkerFleet.Acceptance.Agents;

/// <summary>An agent on AWS's own AgentCore runtime (tests/emulators), in a node process of its own.</summary>
public sealed class AwsRuntime : IAsyncLifetime
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);

    private Process? _node;

    public string Url { get; private set; } = "";

    public async Task InitializeAsync()
    {
        var folder = Path.Combine(Workspace.RepositoryRoot, "tests", "emulators");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "bedrock-agentcore")))
            await InstallAsync(folder);
        var port = LoopbackPorts.Free();
        Url = $"http://127.0.0.1:{port}";
        _node = Start("node", folder, "agentcore-agent.mjs", port.ToString(CultureInfo.InvariantCulture));
        using var client = new HttpClient();
        await Wait.UntilAsync(
            async () => _node.HasExited
                ? throw new InvalidOperationException("The AgentCore runtime ended instead of serving.")
                : await AnswersAsync(client),
            "the AgentCore runtime");
    }

    public async Task DisposeAsync()
    {
        if (_node is null)
            return;
        if (!_node.HasExited)
            _node.Kill(entireProcessTree: true);
        await _node.WaitForExitAsync();
        _node.Dispose();
    }

    private async Task<bool> AnswersAsync(HttpClient client)
    {
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

    private static async Task InstallAsync(string folder)
    {
        using var npm = Start("npm", folder, "ci", "--no-progress");
        using var limit = new CancellationTokenSource(InstallLimit);
        await npm.WaitForExitAsync(limit.Token);
        if (npm.ExitCode != 0)
            throw new InvalidOperationException($"`npm ci` in {folder} ended with {npm.ExitCode}.");
    }

    private static Process Start(string program, string folder, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            // The agent ends when the other end of its input is gone, so that it never outlives the tests.
            RedirectStandardInput = true,
        }) ?? throw new InvalidOperationException($"{program} did not start.");
}
