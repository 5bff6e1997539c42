using System.Buffers;
using System.Globalization;
using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Sources;

namespace WorkerFleet.Results;

/// <summary>
/// Compares answers with the column that holds the right ones. Text is the same whatever its case and the white space around
/// it; numbers are the same by value, also where one of them is text, as in CSV all are; objects and lists are the same when
/// all in them is.
/// </summary>
internal sealed class ExpectedAnswers
{
    private readonly string _column;
    private readonly int _place;
    private readonly JsonPointer? _answer;

    private ExpectedAnswers(string column, int place, JsonPointer? answer) =>
        (_column, _place, _answer) = (column, place, answer);

    /// <returns>Null for a batch that says nothing of right answers.</returns>
    public static ExpectedAnswers? Of(BatchSpec spec)
    {
        if (spec.Mapping.ExpectedColumn is not { } column)
            return null;
        var answer = spec.Mapping.AnswerPointer is { } pointer ? JsonPointer.Parse(pointer).Pointer : null;
        return new(column, spec.Source.Columns.ToList().IndexOf(column), answer);
    }

    /// <summary>Writes the right answer of a row as JSON; nothing when it is not known: the column is empty, or null.</summary>
    public void Write(SourceRow row, IBufferWriter<byte> to)
    {
        if (row.BadRow is not null)
            return;
        using var json = new Utf8JsonWriter(to, ResultJson.LineOptions);
        if (row.Json is { } properties)
        {
            if (properties.TryGetProperty(_column, out var value) && !IsNone(value))
                value.WriteTo(json);
        }
        else if ((uint)_place < (uint)row.Values.Count && !string.IsNullOrWhiteSpace(row.Values[_place]))
        {
            json.WriteStringValue(row.Values[_place]);
        }
    }

    /// <param name="state">Of the row.</param>
    /// <param name="expected">The right answer as JSON; empty when it is not known.</param>
    /// <param name="output">The agent's output as JSON.</param>
    public Judgement Judge(ItemState state, ReadOnlyMemory<byte> expected, ReadOnlyMemory<byte> output)
    {
        if (expected.IsEmpty)
            return Judgement.None;
        if (state != ItemState.Succeeded)
            return Judgement.Unanswered;
        try
        {
            using var right = JsonDocument.Parse(expected);
            using var given = JsonDocument.Parse(output);
            return Found(given.RootElement) is { ValueKind: not JsonValueKind.Null } answer
                ? Compare(right.RootElement, answer)
                : Judgement.Missing;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Nested deeper than any answer is, or half a surrogate pair: it cannot be read, so it is not right.
            return Judgement.Missing;
        }
    }

    private JsonElement? Found(JsonElement output) => _answer is null ? output : _answer.Find(output);

    private static bool IsNone(JsonElement value) => value.ValueKind == JsonValueKind.Null
        || (value.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(value.GetString()));

    private static Judgement Compare(JsonElement expected, JsonElement answer)
    {
        if (IsText(expected) != IsText(answer))
            return Judgement.Missing;
        var isCorrect = IsText(expected)
            ? AreSame(TextOf(expected), TextOf(answer))
            : expected.ValueKind == answer.ValueKind && JsonElement.DeepEquals(expected, answer);
        return isCorrect ? Judgement.Correct : Judgement.Wrong;
    }

    private static bool AreSame(string expected, string answer) =>
        string.Equals(expected, answer, StringComparison.OrdinalIgnoreCase)
        || (TryNumber(expected, out var a) && TryNumber(answer, out var b) && a == b);

    /// <summary>Something that can be said in a word; not an object, and not a list.</summary>
    private static bool IsText(JsonElement value) => value.ValueKind
        is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;

    private static string TextOf(JsonElement value) =>
        (value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()).Trim();

    private static bool TryNumber(string text, out decimal number) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
