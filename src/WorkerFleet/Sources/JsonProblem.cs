using System.Text.Json;

namespace WorkerFleet.Sources;

/// <summary>Words for what is wrong with a piece of JSON.</summary>
internal static class JsonProblem
{
    /// <summary>One sentence without a place.</summary>
    public static string Describe(JsonException exception)
    {
        var message = exception.Message;
        var place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        if (place >= 0)
            message = message[..place];
        else if (DuplicateName(message) is { } name)
            message = $"the property '{name}' is there twice.";
        return message.Replace(" Change the reader options.", "", StringComparison.Ordinal);
    }

    /// <summary>With its article: <c>a string</c>.</summary>
    public static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    /// <summary>
    /// Where a string or name begins whose escapes leave half a surrogate pair; null when there is none. The parser lets such
    /// strings pass, but they are no text, and whoever reads them later gets an exception.
    /// </summary>
    /// <param name="json">Valid JSON, but for that.</param>
    public static long? FindLoneSurrogate(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\u"u8) < 0)
            return null;

        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (!reader.ValueIsEscaped)
                continue;
            try
            {
                _ = reader.GetString();
            }
            catch (InvalidOperationException)
            {
                return reader.TokenStartIndex;
            }
        }

        return null;
    }

    private static string? DuplicateName(string message)
    {
        var first = message.IndexOf('\'', StringComparison.Ordinal);
        var last = message.LastIndexOf('\'');
        return message.StartsWith("Duplicate property", StringComparison.Ordinal) && first < last
            ? message[(first + 1)..last]
            : null;
    }
}
