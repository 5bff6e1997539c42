using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkerFleet.Api.Contracts;

/// <summary>How JSON is written for users, in commands and over HTTP alike: snake case, as in the files of results.</summary>
public static class PublicJson
{
    /// <summary>Readable.</summary>
    public static JsonSerializerOptions Indented { get; } = Configure(new() { WriteIndented = true });

    /// <summary>The same on one line, for JSON Lines and HTTP.</summary>
    public static JsonSerializerOptions Line { get; } = Configure(new());

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        return options;
    }
}
