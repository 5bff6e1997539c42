using System.Globalization;
using System.Text;
using System.Text.Json;
using WorkerFleet.Api.Contracts;

namespace WorkerFleet.Api.Dashboard.Items;

/// <summary>
/// A value as people read it: JSON with indents, or the text itself where it is nothing but text. Written only as far
/// as it is shown, however large it is.
/// </summary>
public sealed class JsonText
{
    private readonly StringBuilder _text = new();
    private readonly int _most;

    private JsonText(int most) => _most = most;

    private bool IsFull => _text.Length > _most;

    /// <param name="value">The value.</param>
    /// <param name="most">Characters that are shown, at most.</param>
    /// <returns>The text, and whether there is more than that.</returns>
    public static (string Text, bool IsCut) Of(JsonElement value, int most)
    {
        var writer = new JsonText(most);
        if (value.ValueKind == JsonValueKind.String)
            writer._text.Append(value.GetString());
        else
            writer.Write(value, 0);
        return writer.IsFull ? (writer.Cut(), true) : (writer._text.ToString(), false);
    }

    private void Write(JsonElement value, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteAll('{', '}', value.EnumerateObject(), depth, property =>
                {
                    WriteText(property.Name);
                    _text.Append(": ");
                    Write(property.Value, depth + 1);
                });
                break;
            case JsonValueKind.Array:
                WriteAll('[', ']', value.EnumerateArray(), depth, each => Write(each, depth + 1));
                break;
            case JsonValueKind.String:
                WriteText(value.GetString()!);
                break;
            default:
                _text.Append(CultureInfo.InvariantCulture, $"{value.GetRawText()}");
                break;
        }
    }

    private void WriteAll<T>(char first, char last, IEnumerable<T> parts, int depth, Action<T> write)
    {
        _text.Append(first);
        var any = false;
        foreach (var part in parts)
        {
            if (IsFull)
                return;
            _text.Append(any ? "," : "").Append('\n').Append(' ', 2 * (depth + 1));
            write(part);
            any = true;
        }

        if (any)
            _text.Append('\n').Append(' ', 2 * depth);
        _text.Append(last);
    }

    private void WriteText(string text) => _text.Append(
        JsonSerializer.Serialize(text.Length > _most ? text[.._most] : text, PublicJson.Line));

    /// <summary>Not in the middle of a character that takes two.</summary>
    private string Cut()
    {
        var end = char.IsHighSurrogate(_text[_most - 1]) ? _most - 1 : _most;
        return _text.ToString(0, end) + "…";
    }
}
