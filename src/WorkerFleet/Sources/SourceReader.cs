using System.Runtime.CompilerServices;
using WorkerFleet.Blobs;
using WorkerFleet.Ledger;

namespace WorkerFleet.Sources;

/// <summary>
/// Reads rows from a blob. Knows the exact place of every one, and reads the same rows from any of these places on; so the
/// header and a byte order mark are not its affair: the position that <see cref="SourceIngest"/> gives is behind them.
/// </summary>
public sealed class SourceReader(IBlobStore blobs) : ISourceReader
{
    public async IAsyncEnumerable<SourceRow> ReadAsync(
        string blob, SourceSpec spec, SourcePosition start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var stream = await blobs.OpenReadAsync(blob, start.ByteOffset, cancellationToken);
        await using (stream.ConfigureAwait(false))
        {
            using var scanner = new RecordScanner(stream, CreateFormat(spec), start, spec.MaxRowBytes);
            while (await scanner.ReadAsync(cancellationToken))
                yield return scanner.ToRow();
        }
    }

    internal static IRecordFormat CreateFormat(SourceSpec spec) => spec.Format == SourceFormat.Jsonl
        ? new JsonLinesFormat(spec.MaxRowBytes)
        : new DelimitedFormat(spec);
}
