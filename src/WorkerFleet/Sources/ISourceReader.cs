using WorkerFleet.Ledger;

namespace WorkerFleet.Sources;

/// <summary>Reads a source as a stream of rows, from any position between two of them.</summary>
public interface ISourceReader
{
    /// <summary>
    /// Rows from <paramref name="start"/> on. A malformed one comes as a row with <see cref="SourceRow.BadRow"/>, and reading
    /// goes on behind it. Memory is bounded by <see cref="SourceSpec.MaxRowBytes"/>.
    /// </summary>
    IAsyncEnumerable<SourceRow> ReadAsync(
        string blob, SourceSpec spec, SourcePosition start, CancellationToken cancellationToken);
}
