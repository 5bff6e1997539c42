using System.Text;
using WorkerFleet.Ledger;
using WorkerFleet.Sources;
using WorkerFleet.Tests.Blobs;

namespace WorkerFleet.Tests.Sources;

/// <summary>A source in memory, and short ways to read it.</summary>
internal static class SourceText
{
    public const string Blob = "source";

    public static SourceSpec Csv(params string[] columns) => new() { Columns = columns, HasHeader = false };

    public static SourceSpec Jsonl { get; } = new() { Format = SourceFormat.Jsonl, HasHeader = false };

    public static Task<List<SourceRow>> ReadAsync(string text, SourceSpec spec) =>
        ReadAsync(Encoding.UTF8.GetBytes(text), spec);

    public static async Task<List<SourceRow>> ReadAsync(
        byte[] bytes, SourceSpec spec, SourcePosition? start = null, int readSize = int.MaxValue)
    {
        var blobs = new MemoryBlobStore(readSize);
        blobs.Put(Blob, bytes);
        var rows = new List<SourceRow>();
        await foreach (var row in new SourceReader(blobs)
            .ReadAsync(Blob, spec, start ?? new SourcePosition(0, 0, 1), CancellationToken.None))
            rows.Add(row);
        return rows;
    }

    public static Task<IngestResult> IngestAsync(string text, SourceSettings settings) =>
        IngestAsync(Encoding.UTF8.GetBytes(text), settings);

    public static async Task<IngestResult> IngestAsync(byte[] bytes, SourceSettings settings)
    {
        var blobs = new MemoryBlobStore();
        var result = await new SourceIngest(blobs, new SourceReader(blobs))
            .IngestAsync(new MemoryStream(bytes), settings, Blob, CancellationToken.None);

        // Whatever is wrong with a source, nothing of it may stay behind.
        Assert.Equal(result.Problem is null ? [Blob] : [], blobs.Names);
        return result;
    }
}
