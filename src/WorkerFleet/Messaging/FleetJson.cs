using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using WorkerFleet.Ledger;

namespace WorkerFleet.Messaging;

/// <summary>How the fleet writes JSON in its store: camel case, enums by name, no nulls, readable text.</summary>
public static class FleetJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new RowSetConverter() },
    };

    private sealed class RowSetConverter : JsonConverter<RowSet>
    {
        public override RowSet Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            RowSet.FromBytes(reader.GetBytesFromBase64());

        public override void Write(Utf8JsonWriter writer, RowSet value, JsonSerializerOptions options) =>
            writer.WriteBase64StringValue(value.ToBytes());
    }
}
