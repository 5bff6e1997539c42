using WorkerFleet.Blobs;
using WorkerFleet.Ledger;

namespace WorkerFleet.Sources;

/// <summary>Reads the header of a CSV or TSV source, or holds the given columns against its first row.</summary>
internal sealed class HeaderReader(IBlobStore blobs)
{
    public async Task<(SourceSpec Spec, SourcePosition Start, string? Problem)> ReadAsync(
        string blob, SourceSpec spec, SourcePosition start, CancellationToken cancellationToken)
    {
        var stream = await blobs.OpenReadAsync(blob, start.ByteOffset, cancellationToken);
        await using (stream.ConfigureAwait(false))
        {
            // Without columns the format takes any number of fields, which is what can be said before the header is known.
            var format = new DelimitedFormat(spec with { Columns = [] });
            using var scanner = new RecordScanner(stream, format, start, spec.MaxRowBytes);
            if (!await scanner.ReadAsync(cancellationToken))
                return (spec, start, "has nothing but blank lines.");

            return spec.HasHeader ? Header(spec, scanner, format) : (spec, start, FirstRow(spec, scanner, format));
        }
    }

    private static (SourceSpec Spec, SourcePosition Start, string? Problem) Header(
        SourceSpec spec, RecordScanner scanner, DelimitedFormat format)
    {
        var start = scanner.Position;
        if (scanner.Problem is { } malformed)
            return (spec, start, $"has a header that cannot be read. {malformed}");

        // White space around a name is never meant, and no one could see it in a message or type it in a template.
        var names = Array.ConvertAll(format.Values(scanner.Record), name => name.Trim());
        if (scanner.Record.Contains((byte)'\r') && !scanner.Record.Contains((byte)'\n'))
            return (spec, start, "has lines that end in a carriage return alone; save it with LF or CR LF line ends.");
        // The header is a record, but no row.
        var first = scanner.Next with { Index = 0 };
        if (spec.Columns.Count == 0 && ColumnNames.Judge(names) is { } problem)
            return (spec, start, $"has a header in line {scanner.Position.Line} that cannot be used: {problem}");
        if (spec.Columns.Count > 0 && Mismatch(spec, names.Length) is { } mismatch)
            return (spec, start, mismatch);

        return (spec.Columns.Count > 0 ? spec : spec with { Columns = names }, first, null);
    }

    private static string? FirstRow(SourceSpec spec, RecordScanner scanner, DelimitedFormat format) =>
        // A malformed first row says nothing about the columns; it is treated as any other one.
        scanner.Problem is null ? Mismatch(spec, format.Values(scanner.Record).Length) : null;

    private static string? Mismatch(SourceSpec spec, int found) => spec.Columns.Count == found
        ? null
        : $"has {found} {(found == 1 ? "field" : "fields")} in its first record, but 'columns' names {spec.Columns.Count}.";
}
