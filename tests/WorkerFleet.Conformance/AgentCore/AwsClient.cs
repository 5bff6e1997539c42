using System.Diagnostics;
using System.Text.Json;
using WorkerFleet.Conformance.Emulators;

namespace WorkerFleet.Conformance.AgentCore;

/// <summary>
/// AWS's own JavaScript clients, for one call (tests/emulators/agentcore-client.mjs and sqs-client.mjs).
/// </summary>
internal static class AwsClient
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <param name="service">The client: bedrock-agentcore or sqs.</param>
    /// <param name="endpoint">Where it is to call.</param>
    /// <param name="command">Such as InvokeAgentRuntime or SendMessageBatch.</param>
    /// <param name="region">To sign for.</param>
    /// <param name="credentials">As the client names them.</param>
    /// <param name="input">Of the command, as the client names it.</param>
    public static async Task CallAsync(
        string service, string endpoint, string command, string region, object credentials, object input)
    {
        var start = new ProcessStartInfo(
            "node", [service is "sqs" ? "sqs-client.mjs" : "agentcore-client.mjs", endpoint])
        {
            WorkingDirectory = await EmulatorPackages.InstallAsync($"@aws-sdk/client-{service}"),
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
