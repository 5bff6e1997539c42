using System.Text.Json;
using WorkerFleet.Cli.Doctor;

namespace WorkerFleet.Tests.Cli.Doctor;

/// <summary><c>fleet doctor --json</c>, as a script reads it.</summary>
internal static class DoctorRun
{
    public static async Task<IReadOnlyList<Finding>> FindAsync(CliProcess process, params string[] arguments)
    {
        await process.RunAsync(["doctor", "--json", .. arguments]);
        using var document = JsonDocument.Parse(process.Output);
        return [.. document.RootElement.GetProperty("checks").EnumerateArray().Select(Read)];
    }

    private static Finding Read(JsonElement check) => new(
        check.GetProperty("code").GetString()!, check.GetProperty("name").GetString()!,
        Enum.Parse<CheckState>(check.GetProperty("state").GetString()!, ignoreCase: true),
        check.GetProperty("finding").GetString()!, TextOf(check, "cause"), TextOf(check, "remedy"));

    private static string? TextOf(JsonElement check, string name) =>
        check.TryGetProperty(name, out var value) ? value.GetString() : null;
}
