using System.Text.Json;
using WorkerFleet.Api.Contracts;

namespace WorkerFleet.Cli.Rendering;

/// <summary>How commands write JSON: one document a command.</summary>
internal static class CliJson
{
    public static JsonSerializerOptions Options => PublicJson.Indented;

    /// <summary>On one line, for JSON Lines.</summary>
    public static JsonSerializerOptions LineOptions => PublicJson.Line;

    public static void WriteJson<T>(this CliContext cli, T value) =>
        cli.Raw.WriteLine(JsonSerializer.Serialize(value, Options));
}
