using WorkerFleet.Blobs;
using WorkerFleet.Ledger;

namespace WorkerFleet.Sources;

public sealed class SourceReader(IBlobStore blobs) : ISourceReader
{
    public IAsyncEnumerable<SourceRow> ReadAsync(
        string blob, SourceSpec spec, SourcePosition start, CancellationToken cancellationToken)
    {
        _ = blobs;
        throw new NotImplementedException();
    }
}
