using System.Text.Json;

namespace WorkerFleet.Acceptance.Processes;

/// <summary>What a <c>fleet</c> process ended with.</summary>
public sealed record FleetExit(string CommandLine, int ExitCode, string Output, string Error)
{
    /// <summary>Standard output as the one JSON document that it holds.</summary>
    public JsonElement Json()
    {
        try
        {
            using var document = JsonDocument.Parse(Output);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new InvalidOperationException($"Standard output is not JSON ({exception.Message}). {this}");
        }
    }

    /// <summary>Fails with everything the process said unless it ended so.</summary>
    public FleetExit ShouldBe(int exitCode)
    {
        if (ExitCode != exitCode)
            Assert.Fail($"Exit code {exitCode} was expected. {this}");
        return this;
    }

    public override string ToString() =>
        $"`fleet {CommandLine}` ended with {ExitCode}.\nOutput:\n{Output}\nError:\n{Error}";
}
