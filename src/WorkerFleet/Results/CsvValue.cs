using System.Buffers;
using System.Text.Json;

namespace WorkerFleet.Results;

/// <summary>Writes a JSON value as a CSV field: a string as its text, anything else as JSON.</summary>
internal static class CsvValue
{
    /// <param name="csv">Gets the field.</param>
    /// <param name="json">Compact JSON; empty for an empty field.</param>
    public static void Write(CsvRecordWriter csv, ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
            csv.EmptyField();
        else if (json[0] != '"')
            csv.Field(json);
        else if (!json.Contains((byte)'\\'))
            csv.Field(json[1..^1]);
        else
            WriteUnescaped(csv, json);
    }

    private static void WriteUnescaped(CsvRecordWriter csv, ReadOnlySpan<byte> json)
    {
        var text = ArrayPool<byte>.Shared.Rent(json.Length);
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            csv.Field(text.AsSpan(0, reader.CopyString(text)));
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair is legal in JSON but is no text: what cannot be unescaped stays as it was written.
            csv.Field(json);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }
}
