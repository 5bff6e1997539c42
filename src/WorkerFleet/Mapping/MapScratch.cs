using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using WorkerFleet.Mapping.Templates;

namespace WorkerFleet.Mapping;

/// <summary>Buffers of one mapping at a time, kept by thread so that a row costs no new ones.</summary>
internal sealed class MapScratch
{
    /// <summary>A thread keeps no more than this after a large row.</summary>
    private const int MostKeptBytes = 1024 * 1024;

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 64 };

    [ThreadStatic]
    private static MapScratch? _kept;

    private readonly ArrayBufferWriter<byte> _bytes = new(4096);

    public MapScratch() => Writer = new Utf8JsonWriter(
        _bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public Utf8JsonWriter Writer { get; }

    public RenderBuffer Text { get; } = new();

    public static MapScratch Take()
    {
        var scratch = _kept ?? new MapScratch();
        _kept = null;
        return scratch;
    }

    public static void Return(MapScratch scratch)
    {
        scratch._bytes.ResetWrittenCount();
        scratch.Writer.Reset();
        scratch.Text.Clear();
        if (scratch._bytes.Capacity + (scratch.Text.Capacity * sizeof(char)) <= MostKeptBytes)
            _kept = scratch;
    }

    /// <summary>What was written, as an element of its own; null when it is longer than the limit.</summary>
    public JsonElement? Parse(int limit)
    {
        Writer.Flush();
        return _bytes.WrittenCount <= limit ? JsonElement.Parse(_bytes.WrittenSpan, Deep) : null;
    }
}
