using System.Text.Encodings.Web;
using System.Text.Json;

namespace WorkerFleet.AgentCore;

/// <summary>JSON that somebody else wrote, checked so far that nobody after this stumbles over it.</summary>
/// <remarks>Holds pooled memory until it is disposed; <see cref="Bytes"/> stay.</remarks>
internal readonly struct JsonAnswer : IDisposable
{
    private readonly JsonDocument? _document;

    private JsonAnswer(JsonDocument? document, byte[] bytes, string problem)
    {
        _document = document;
        Bytes = bytes;
        Problem = problem;
    }

    /// <summary>The parsed value; null when it is not JSON.</summary>
    public JsonElement? Root => _document?.RootElement;

    /// <summary>The value on one line, otherwise as it came.</summary>
    public byte[] Bytes { get; }

    /// <summary>What is wrong with it, without its content.</summary>
    public string Problem { get; }

    /// <param name="utf8">Valid UTF-8. Taken over: line breaks between tokens are replaced in place.</param>
    public static JsonAnswer Parse(byte[] utf8)
    {
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(utf8);
            CheckSurrogates(utf8);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            document?.Dispose();
            var where = exception is JsonException { LineNumber: { } line, BytePositionInLine: { } position }
                ? $"error at line {line + 1}, byte {position + 1}"
                : "half of a character (a lone surrogate)";
            var isTooDeep = exception.Message.Contains("maximum configured depth", StringComparison.Ordinal);
            return new JsonAnswer(null, utf8, isTooDeep ? "nested deeper than 64 levels" : where);
        }
        // In valid JSON a bare line break stands between tokens only, so that a space can take its place.
        utf8.AsSpan().Replace((byte)'\n', (byte)' ');
        utf8.AsSpan().Replace((byte)'\r', (byte)' ');
        return new JsonAnswer(document, utf8, "");
    }

    /// <summary>
    /// Whether text begins as JSON does, so that, if it is none, it is broken rather than meant as text.
    /// </summary>
    public static bool LooksLikeJson(ReadOnlySpan<byte> utf8) =>
        utf8.TrimStart(" \t\r\n"u8) is not [var first, ..] || first is (byte)'{' or (byte)'[' or (byte)'"';

    /// <summary>Text as a JSON string.</summary>
    public static byte[] FromText(ReadOnlySpan<byte> utf8)
    {
        var encoded = JsonEncodedText.Encode(utf8, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
        return [(byte)'"', .. encoded, (byte)'"'];
    }

    public void Dispose() => _document?.Dispose();

    /// <summary>
    /// The parser lets an escape such as \ud800 pass that stands alone; whoever reads the string then fails.
    /// </summary>
    private static void CheckSurrogates(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IndexOf("\\ud"u8) < 0 && utf8.IndexOf("\\uD"u8) < 0)
            return;
        var reader = new Utf8JsonReader(utf8);
        while (reader.Read())
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                _ = reader.GetString();
    }
}
