using System.Globalization;
using System.Text.Json;
using WorkerFleet.Mapping.Templates;
using WorkerFleet.Sources;

namespace WorkerFleet.Mapping;

/// <param name="Template">What makes the input; null when the row itself is it.</param>
/// <param name="Id">Column of the user's id.</param>
/// <param name="PassThrough">Columns for the results; null for all.</param>
/// <param name="Expected">Column with the right answer, which is no part of the input.</param>
/// <param name="MaxInputBytes">Largest input.</param>
internal sealed record RowMapping(
    InputTemplate? Template, RowColumn? Id, IReadOnlyList<RowColumn>? PassThrough, RowColumn? Expected, int MaxInputBytes);

/// <summary>Maps rows by templates that were checked before.</summary>
internal sealed class RowMapper(RowMapping mapping, AgentChooser agents) : IRowMapper
{
    private const int LongestId = 256;

    public MappedRow Map(SourceRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.BadRow is { } bad)
            return new MappedRow(default, "", null, bad);

        var (id, problem) = Id(row);
        if (problem is not null)
            return Reject(row, id, problem);
        var (agent, noAgent) = agents.Choose(row);
        if (noAgent is not null)
            return Reject(row, id, noAgent);

        try
        {
            return Input(row) is { } input
                ? new MappedRow(input, agent, id, null)
                : Reject(row, id, TooLong());
        }
        catch (MissingValueException exception)
        {
            return Reject(row, id, $"the row has no '{exception.Path}', which the template uses.");
        }
        catch (RenderLimitException)
        {
            return Reject(row, id, TooLong());
        }
    }

    public void WritePassThrough(SourceRow row, Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(writer);
        if (row.BadRow is not null)
        {
            writer.WriteStartObject();
            writer.WriteEndObject();
        }
        else if (mapping.PassThrough is { } columns)
        {
            writer.WriteStartObject();
            foreach (var column in columns)
                column.Write(row, writer);
            writer.WriteEndObject();
        }
        else
        {
            WriteRow(row, writer);
        }
    }

    /// <summary>Null when it is too long.</summary>
    private JsonElement? Input(SourceRow row)
    {
        if (mapping is { Template: null, Expected: null } && row.Json is { } json)
            return json;

        var scratch = MapScratch.Take();
        try
        {
            if (mapping.Template is { } template)
            {
                scratch.Text.Limit = mapping.MaxInputBytes;
                template.Write(scratch.Writer, scratch.Text, Context(row, template));
            }
            else
            {
                // A template says itself what the agent is to see. A row as it is would tell it the right answer.
                WriteRow(row, scratch.Writer, mapping.Expected?.Name);
            }

            return scratch.Parse(mapping.MaxInputBytes);
        }
        finally
        {
            MapScratch.Return(scratch);
        }
    }

    private static object Context(SourceRow row, InputTemplate template)
    {
        if (row.Json is { } json)
            return json;
        if (!template.UsesWholeRow)
            return row;

        var scratch = new MapScratch();
        WriteRow(row, scratch.Writer);
        return scratch.Parse(int.MaxValue)!.Value;
    }

    private static void WriteRow(SourceRow row, Utf8JsonWriter writer, string? except = null)
    {
        if (row.Json is { } whole && except is null)
        {
            whole.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        if (row.Json is { } json)
            foreach (var property in json.EnumerateObject())
            {
                if (!property.NameEquals(except))
                    property.WriteTo(writer);
            }
        else
            for (var index = 0; index < row.Values.Count; index++)
            {
                if (row.Columns[index] != except)
                    writer.WriteString(row.Columns[index], row.Values[index]);
            }
        writer.WriteEndObject();
    }

    private (string? Id, string? Problem) Id(SourceRow row)
    {
        if (mapping.Id is not { } column)
            return (null, null);
        if (row.Json is not null && column.Json(row) is { ValueKind: JsonValueKind.Object or JsonValueKind.Array })
            return (null, $"the id column '{column.Name}' is a list or an object; an id is text or a number.");

        var id = column.Text(row);
        if (string.IsNullOrWhiteSpace(id))
            return (null, $"the id column '{column.Name}' is empty.");
        return id.Length > LongestId
            ? (null, string.Create(
                CultureInfo.InvariantCulture, $"the id in column '{column.Name}' is longer than {LongestId} characters."))
            : (id, null);
    }

    private string TooLong() => string.Create(
        CultureInfo.InvariantCulture, $"the input made of the row is longer than {mapping.MaxInputBytes} bytes.");

    private static MappedRow Reject(SourceRow row, string? id, string problem) => new(
        default, "", id, string.Create(CultureInfo.InvariantCulture, $"Line {row.Position.Line}: {problem}"));
}
