using System.Text.Json;

namespace WorkerFleet.Cli.Options;

/// <summary>Reads JSON files of the user's.</summary>
internal static class JsonFiles
{
    /// <returns>The text, or null when it is not JSON.</returns>
    public static string? Read(string fullPath, string written, List<string> problems) =>
        Check(File.ReadAllText(fullPath), written, problems);

    /// <returns>The text, or null when it is not JSON.</returns>
    public static string? Check(string text, string written, List<string> problems)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return text;
        }
        catch (JsonException exception)
        {
            problems.Add($"{written}:{exception.LineNumber + 1}: is not valid JSON at character " +
                $"{exception.BytePositionInLine + 1}");
            return null;
        }
    }
}
