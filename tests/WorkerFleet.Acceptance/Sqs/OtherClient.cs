using System.Diagnostics;
using System.Text.Json;
using WorkerFleet.Conformance.Emulators;

namespace WorkerFleet.Acceptance.Sqs;

/// <summary>AWS's own JavaScript client of SQS (tests/emulators/sqs-other.mjs): a program that knows nothing of the fleet's code.</summary>
internal sealed class OtherClient(Uri endpoint)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly string[] All = ["All"];

    /// <param name="command">Such as SendMessage.</param>
    /// <param name="queue">Name of the queue.</param>
    /// <param name="input">Of the command, as the client names it, without the queue.</param>
    /// <param name="repeat">How often.</param>
    /// <returns>The last answer.</returns>
    public async Task<JsonElement> CallAsync(string command, string queue, object input, int repeat = 1)
    {
        var start = new ProcessStartInfo("node", ["sqs-other.mjs", endpoint.ToString()])
        {
            WorkingDirectory = await EmulatorPackages.InstallAsync("@aws-sdk/client-sqs"),
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in SqsEmulator.EnvironmentOf(endpoint))
            start.Environment[name] = value;
        start.Environment["NODE_NO_WARNINGS"] = "1";
        using var node = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var errors = node.StandardError.ReadToEndAsync(limit.Token);
            await node.StandardInput.WriteAsync(JsonSerializer.Serialize(new[] { new { command, queue, input, repeat } }));
            node.StandardInput.Close();
            var output = await node.StandardOutput.ReadToEndAsync(limit.Token);
            await node.WaitForExitAsync(limit.Token);
            return node.ExitCode == 0
                ? JsonElement.Parse(output)[0]
                : throw new InvalidOperationException($"AWS's client failed: {await errors}");
        }
        finally
        {
            if (!node.HasExited)
                node.Kill();
        }
    }

    /// <summary>Receives what is there, which stays in the queue.</summary>
    /// <param name="queue">Name of the queue.</param>
    /// <param name="repeat">How often.</param>
    /// <returns>The messages of the last time.</returns>
    public async Task<IReadOnlyList<JsonElement>> PeekAsync(string queue, int repeat = 1)
    {
        var answer = await CallAsync(
            "ReceiveMessage", queue,
            new
            {
                MaxNumberOfMessages = 10,
                VisibilityTimeout = 0,
                MessageAttributeNames = All,
                MessageSystemAttributeNames = All,
            },
            repeat);
        return answer.TryGetProperty("Messages", out var messages) ? [.. messages.EnumerateArray()] : [];
    }
}
