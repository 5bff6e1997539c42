using System.Globalization;
using System.Text;
using System.Text.Json;

namespace WorkerFleet.Agents;

/// <summary>A place in a JSON document (RFC 6901).</summary>
internal sealed class JsonPointer
{
    private const int MaxLength = 500;

    /// <summary>The names and places on the way, as they are.</summary>
    private readonly string[] _steps;

    private readonly byte[] _last;

    private JsonPointer(string[] steps)
    {
        _steps = steps;
        _last = Encoding.UTF8.GetBytes(steps[^1]);
    }

    /// <returns>The pointer, or (then null) what is wrong with the text.</returns>
    public static (JsonPointer? Pointer, string? Problem) Parse(string text)
    {
        if (text.Length is 0 or > MaxLength || text[0] != '/')
            return (null, $"'{text}' is no JSON pointer: it begins with '/', such as /usage/input_tokens, and has at most "
                + $"{MaxLength} characters");
        for (var i = text.IndexOf('~'); i >= 0; i = text.IndexOf('~', i + 1))
            if (i + 1 == text.Length || text[i + 1] is not ('0' or '1'))
                return (null, $"'{text}' is no JSON pointer: behind '~' comes 0 or 1");
        // In this order: ~01 is the text ~1.
        return (new([.. text[1..].Split('/').Select(step =>
            step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]), null);
    }

    /// <summary>Whether a document can have the place at all: cheap, and before it is parsed.</summary>
    public bool MayBeIn(ReadOnlySpan<byte> utf8) =>
        int.TryParse(_steps[^1], NumberStyles.None, CultureInfo.InvariantCulture, out _) || utf8.IndexOf(_last) >= 0
        // The name may be written with escapes.
        || utf8.Contains((byte)'\\');

    public JsonElement? Find(JsonElement root)
    {
        foreach (var step in _steps)
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty(step, out var value))
                root = value;
            else if (root.ValueKind == JsonValueKind.Array
                && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var place)
                && place < root.GetArrayLength())
                root = root[place];
            else
                return null;
        return root;
    }
}
