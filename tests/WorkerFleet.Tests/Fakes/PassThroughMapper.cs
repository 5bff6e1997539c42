using System.Text.Json;
using WorkerFleet.Mapping;
using WorkerFleet.Sources;

namespace WorkerFleet.Tests.Fakes;

/// <summary>Passes named columns through, or all of them.</summary>
internal sealed class PassThroughMapper(IReadOnlyList<string>? columns) : IRowMapper
{
    public MappedRow Map(SourceRow row) => throw new NotSupportedException();

    public void WritePassThrough(SourceRow row, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (row.Json is { } json)
            foreach (var property in json.EnumerateObject().Where(property => Passes(property.Name)))
                property.WriteTo(writer);
        else
            for (var i = 0; i < row.Values.Count; i++)
                if (Passes(row.Columns[i]))
                    writer.WriteString(row.Columns[i], row.Values[i]);
        writer.WriteEndObject();
    }

    private bool Passes(string column) => columns is null || columns.Contains(column);
}
