using System.Text.Json;
using WorkerFleet.Mapping.Templates;
using WorkerFleet.Sources;

namespace WorkerFleet.Mapping;

/// <summary>One column by name: an id, an agent, a rule, or a value that passes through.</summary>
/// <param name="Name">Of the column, exactly.</param>
/// <param name="Index">Its place in a CSV or TSV row; -1 in JSONL.</param>
internal sealed record RowColumn(string Name, int Index)
{
    /// <summary>The value as text; null when a JSONL row has none, or null.</summary>
    public string? Text(SourceRow row) =>
        row.Json is null ? row.Values[Index]
        : Json(row) is { ValueKind: not JsonValueKind.Null } value ? ValueFormatter.Text(value)
        : null;

    /// <summary>The value of a JSONL row; null when it has none.</summary>
    public JsonElement? Json(SourceRow row) => row.Json!.Value.TryGetProperty(Name, out var value) ? value : null;

    public void Write(SourceRow row, Utf8JsonWriter writer)
    {
        if (row.Json is null)
        {
            writer.WriteString(Name, row.Values[Index]);
        }
        else if (Json(row) is { } value)
        {
            writer.WritePropertyName(Name);
            value.WriteTo(writer);
        }
    }
}
