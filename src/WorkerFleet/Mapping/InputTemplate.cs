using System.Text.Json;
using WorkerFleet.Mapping.Templates;

namespace WorkerFleet.Mapping;

/// <summary>JSON whose string values are templates.</summary>
/// <param name="Json">The JSON as written.</param>
/// <param name="Templates">The compiled string values in the order of the document; null for plain text.</param>
internal sealed record InputTemplate(JsonElement Json, IReadOnlyList<CompiledTemplate?> Templates)
{
    public bool UsesWholeRow { get; } = Templates.Any(template => template is { UsesWholeRow: true });

    /// <summary>Writes the JSON with its templates rendered. They come out as strings, whatever is in them.</summary>
    public void Write(Utf8JsonWriter writer, RenderBuffer buffer, object context)
    {
        var next = 0;
        Write(Json, writer, buffer, context, ref next);
    }

    private void Write(JsonElement element, Utf8JsonWriter writer, RenderBuffer buffer, object context, ref int next)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(property.Value, writer, buffer, context, ref next);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Write(item, writer, buffer, context, ref next);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String when Templates[next++] is { } template:
                buffer.Clear();
                template.Render(buffer, context, null!);
                writer.WriteStringValue(buffer.Written);
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
