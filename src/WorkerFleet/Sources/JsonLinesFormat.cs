using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using WorkerFleet.Ledger;

namespace WorkerFleet.Sources;

/// <summary>JSON Lines: an object on each line. A line of white space alone is no row.</summary>
internal sealed class JsonLinesFormat(int maxRowBytes) : IRecordFormat
{
    /// <summary>
    /// Strict JSON, nothing that two programs could read in two ways. Readers stop at a depth of 64 by default; this leaves
    /// room for the messages and records that a row is put into.
    /// </summary>
    internal static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 48 };

    private JsonElement _object;

    public RecordFrame Parse(ReadOnlySpan<byte> window, WindowEnd end, long line)
    {
        var lineEnd = window.IndexOf((byte)'\n');
        if (lineEnd < 0 && end == WindowEnd.Open)
            return RecordFrame.Incomplete;

        var length = lineEnd < 0 ? window.Length : lineEnd + 1;
        var content = lineEnd < 0 ? window.Length : lineEnd;
        if (content > 0 && window[content - 1] == '\r')
            content--;
        if (content > maxRowBytes)
            return RecordFrame.FirstLine(window, end, TooLong(line));

        var record = window[..content];
        if (record.IndexOfAnyExcept(" \t\r"u8) < 0)
            return RecordFrame.Blank(length);

        var problem = Judge(record, line);
        return new RecordFrame(problem is null ? FrameKind.Good : FrameKind.Bad, length, content, problem);
    }

    public SourceRow CreateRow(ReadOnlySpan<byte> record, SourcePosition position, SourcePosition next) =>
        new() { Position = position, Next = next, Json = _object };

    private string? Judge(ReadOnlySpan<byte> record, long line)
    {
        if (!Utf8.IsValid(record))
        {
            var at = InvalidUtf8.IndexOf(record);
            return Text(line, $"byte {at + 1} (0x{record[at]:X2}) is not valid UTF-8; save the source as UTF-8.");
        }

        JsonElement value;
        try
        {
            // Copies the bytes: the element outlives the buffer.
            value = JsonElement.Parse(record, Strict);
        }
        catch (JsonException exception)
        {
            var what = JsonProblem.Describe(exception);
            return exception.BytePositionInLine is { } at
                ? Text(line, $"is not valid JSON at byte {at + 1}: {what}")
                : Text(line, $"is not valid JSON: {what}");
        }
        catch (InvalidOperationException)
        {
            return LoneSurrogate(record, line);
        }

        if (value.ValueKind != JsonValueKind.Object)
            return Text(line, $"is {JsonProblem.Name(value.ValueKind)}, not a JSON object; write one object on each line.");
        if (LoneSurrogate(record, line) is { } problem)
            return problem;

        _object = value;
        return null;
    }

    private static string? LoneSurrogate(ReadOnlySpan<byte> record, long line) =>
        JsonProblem.FindLoneSurrogate(record) is { } at
            ? Text(line, $"the string at byte {at + 1} has a \\u escape for half a character; write both halves.")
            : null;

    private string TooLong(long line) => Text(
        line, $"the row is longer than the {maxRowBytes} bytes a row may have; shorten it or raise the limit.");

    private static string Text(long line, FormattableString what) =>
        string.Create(CultureInfo.InvariantCulture, $"Line {line}: {FormattableString.Invariant(what)}");
}
