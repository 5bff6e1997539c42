using System.Diagnostics;
using System.Text.Json;
using WorkerFleet.Conformance.Emulators;

namespace WorkerFleet.Conformance.AgentCore;

/// <summary>AWS's own JavaScript client of the data plane (tests/emulators/agentcore-client.mjs), for one call.</summary>
internal static class AwsClient
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <param name="endpoint">Where it is to call.</param>
    /// <param name="command">InvokeAgentRuntime or StopRuntimeSession.</param>
    /// <param name="region">To sign for.</param>
    /// <param name="credentials">As the client names them.</param>
    /// <param name="input">Of the command, as the client names it.</param>
    public static async Task CallAsync(
        string endpoint, string command, string region, object credentials, IReadOnlyDictionary<string, string> input)
    {
        var start = new ProcessStartInfo("node", ["agentcore-client.mjs", endpoint])
        {
            WorkingDirectory = await EmulatorPackages.InstallAsync("@aws-sdk/client-bedrock-agentcore"),
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        start.Environment["NODE_NO_WARNINGS"] = "1";
        using var node = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var errors = node.StandardError.ReadToEndAsync(limit.Token);
            await node.StandardInput.WriteAsync(JsonSerializer.Serialize(new { command, region, credentials, input }));
            node.StandardInput.Close();
            await node.WaitForExitAsync(limit.Token);
            if (node.ExitCode != 0)
                throw new InvalidOperationException($"AWS's client failed: {await errors}");
        }
        finally
        {
            if (!node.HasExited)
                node.Kill();
        }
    }
}
