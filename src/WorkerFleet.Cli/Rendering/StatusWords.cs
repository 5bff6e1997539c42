using System.Text.Json;

namespace WorkerFleet.Cli.Rendering;

internal static class StatusWords
{
    /// <summary>A batch's state in words: <c>completed with failures</c>.</summary>
    public static string Of(string status) =>
        JsonNamingPolicy.KebabCaseLower.ConvertName(status).Replace('-', ' ');
}
