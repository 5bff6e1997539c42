using System.Runtime.CompilerServices;
using System.Text.Json;
using WorkerFleet.Ledger;
using WorkerFleet.Sources;

namespace WorkerFleet.Tests.Fakes;

/// <summary>Sources whose rows are given as values; a row is one line of 10 bytes.</summary>
internal sealed class InMemorySources : ISourceReader
{
    public const int RowBytes = 10;

    private readonly Dictionary<string, IReadOnlyList<SourceRow>> _sources = [];

    public static SourcePosition PositionOf(long index) => new(index, 5 + index * RowBytes, index + 2);

    public static SourceRow Csv(long index, IReadOnlyList<string> columns, params IReadOnlyList<string> values) => new()
    {
        Position = PositionOf(index),
        Next = PositionOf(index + 1),
        Columns = columns,
        Values = values,
    };

    public static SourceRow Json(long index, string json) => new()
    {
        Position = PositionOf(index),
        Next = PositionOf(index + 1),
        Json = JsonElement.Parse(json),
    };

    public static SourceRow Bad(long index, string reason) => new()
    {
        Position = PositionOf(index),
        Next = PositionOf(index + 1),
        BadRow = reason,
    };

    public void Put(string blob, IReadOnlyList<SourceRow> rows) => _sources[blob] = rows;

    public void Remove(string blob) => _sources.Remove(blob);

    public async IAsyncEnumerable<SourceRow> ReadAsync(
        string blob, SourceSpec spec, SourcePosition start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!_sources.TryGetValue(blob, out var rows))
            throw new FileNotFoundException(blob);
        foreach (var row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (row.Position.Index >= start.Index)
                yield return row;
        }
        await Task.CompletedTask;
    }
}
