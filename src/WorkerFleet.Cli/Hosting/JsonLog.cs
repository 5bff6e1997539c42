using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Serilog.Core;
using Serilog.Events;

namespace WorkerFleet.Cli.Hosting;

/// <summary>
/// Writes log events as JSON, a line each, for what collects logs. The event's own properties stand beside the
/// fields below under their names in the template, which begin with a capital, as those do not.
/// </summary>
internal sealed class JsonLog(TextWriter writer, TimeProvider time) : ILogEventSink
{
    /// <summary>
    /// Characters of a text. A longer line would be cut up by what collects it, and be no JSON then.
    /// </summary>
    private const int MaxText = 4_000;

    private const int MaxProperties = 50;

    /// <summary>Levels of objects within objects.</summary>
    private const int MaxDepth = 5;

    private const string EventId = "EventId";
    private const string Category = "SourceContext";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _turn = new();

    public void Emit(LogEvent logEvent) => Write(logEvent.Timestamp, NameOf(logEvent.Level), json =>
    {
        WriteText(json, "message", logEvent.RenderMessage(CultureInfo.InvariantCulture));
        WriteText(json, "template", logEvent.MessageTemplate.Text);
        if (logEvent.Properties.GetValueOrDefault(EventId) is StructureValue id)
            foreach (var part in id.Properties)
                WriteValue(json, part.Name == "Id" ? "event_id" : "event", part.Value, 0);
        if (logEvent.Properties.GetValueOrDefault(Category) is { } category)
            WriteValue(json, "category", category, 0);
        if (logEvent.TraceId is { } trace)
            json.WriteString("trace_id", trace.ToHexString());
        if (logEvent.SpanId is { } span)
            json.WriteString("span_id", span.ToHexString());
        foreach (var (name, value) in logEvent.Properties
            .Where(property => property.Key is not (EventId or Category)).Take(MaxProperties))
            WriteValue(json, name, value, 0);
        if (logEvent.Exception is { } exception)
            WriteText(json, "exception", exception.ToString());
    });

    /// <summary>What the process says beside its log, such as that it is ready.</summary>
    /// <param name="level">Such as <c>information</c>.</param>
    /// <param name="message">For people.</param>
    public void Write(string level, string message) =>
        Write(time.GetUtcNow(), level, json => WriteText(json, "message", message));

    private void Write(DateTimeOffset at, string level, Action<Utf8JsonWriter> writeRest)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            json.WriteString("level", level);
            writeRest(json);
            json.WriteEndObject();
        }

        lock (_turn)
        {
            writer.Write(Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n");
            writer.Flush();
        }
    }

    private static string NameOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "trace",
        LogEventLevel.Fatal => "critical",
        _ => level.ToString().ToLowerInvariant(),
    };

    private static void WriteText(Utf8JsonWriter json, string name, string text) =>
        json.WriteString(name, text.Length <= MaxText ? text : $"{text[..(MaxText - 1)]}…");

    private static void WriteValue(Utf8JsonWriter json, string name, LogEventPropertyValue value, int depth)
    {
        switch (value)
        {
            case ScalarValue { Value: null }:
                json.WriteNull(name);
                break;
            case ScalarValue { Value: bool flag }:
                json.WriteBoolean(name, flag);
                break;
            case ScalarValue { Value: int or long or short or byte or uint } number:
                json.WriteNumber(name, Convert.ToInt64(number.Value, CultureInfo.InvariantCulture));
                break;
            case ScalarValue { Value: double or float or decimal } number
                when Convert.ToDouble(number.Value, CultureInfo.InvariantCulture) is var real && double.IsFinite(real):
                json.WriteNumber(name, real);
                break;
            case StructureValue structure when depth < MaxDepth:
                json.WriteStartObject(name);
                foreach (var part in structure.Properties.DistinctBy(part => part.Name).Take(MaxProperties))
                    WriteValue(json, part.Name, part.Value, depth + 1);
                json.WriteEndObject();
                break;
            case ScalarValue scalar:
                WriteText(json, name, Convert.ToString(scalar.Value, CultureInfo.InvariantCulture) ?? "");
                break;
            default:
                WriteText(json, name, value.ToString());
                break;
        }
    }
}
