using System.Text;
using CsvHelper;
using FsCheck;
using FsCheck.Fluent;
using WorkerFleet.Ledger;
using WorkerFleet.Sources;
using WorkerFleet.Tests.Blobs;

namespace WorkerFleet.Tests.Sources;

public sealed class SourceReaderProperties
{
    private static readonly SourcePosition Start = new(0, 0, 1);

    /// <summary>Pieces that bring out every rule, alone and in any order.</summary>
    private static readonly Gen<string> AnyCsvPiece = Gen.Elements(
        "a", "bc", ",", ",", "\"", "\"", "\"\"", "\n", "\n", "\r\n", "\r", "é", "😀", " ", "\0", "\"a\"", "a,b\n", "\"a\nb\",c\n");

    private static readonly Gen<string> AnyJsonlPiece = Gen.Elements(
        "{}", "{\"a\":1}", "{\"a\":\"x\"}", "{\"a\":1,\"a\":2}", "[", "\"", "\n", "\n", "\n", "\r\n", "\r", " ", "é", "null");

    [Fact]
    public void Csv_WellFormed_IsReadAsByCsvHelper() => Prop.ForAll(WellFormed().ToArbitrary(), source =>
    {
        var rows = SourceText.ReadAsync(source.Text, source.Spec).Result;

        Assert.All(rows, row => Assert.Null(row.BadRow));
        Assert.Equal(ByCsvHelper(source), rows.Select(row => row.Values));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Csv_AnyBytes_AreReadTheSameFromAnyRow() =>
        Prop.ForAll(Bytes(AnyCsvPiece).ToArbitrary(), Gen.Choose(1, 40).ToArbitrary(), (bytes, limit) =>
            AssertRestartable(bytes, SourceText.Csv("x", "y") with { MaxRowBytes = limit }))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Jsonl_AnyBytes_AreReadTheSameFromAnyRow() =>
        Prop.ForAll(Bytes(AnyJsonlPiece).ToArbitrary(), Gen.Choose(1, 40).ToArbitrary(), (bytes, limit) =>
            AssertRestartable(bytes, SourceText.Jsonl with { MaxRowBytes = limit }))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Ingest_AnyBytes_CountsWhatIsReadLater() =>
        Prop.ForAll(Bytes(AnyCsvPiece).ToArbitrary(), bytes =>
        {
            var blobs = new MemoryBlobStore();
            var settings = new SourceSettings { DisplayName = "in.csv", Columns = ["x", "y"], Header = true, MaxRowBytes = 30 };
            using var source = new MemoryStream(bytes);
            var result = new SourceIngest(blobs, new SourceReader(blobs))
                .IngestAsync(source, settings, SourceText.Blob, CancellationToken.None).Result;
            if (result.Problem is not null)
                return;

            var rows = SourceText.ReadAsync(bytes, result.Spec, result.Start).Result;
            Assert.Equal((result.Rows, result.BadRows), (rows.Count, rows.Count(row => row.BadRow is not null)));
            Assert.Equal(Enumerable.Range(0, rows.Count), rows.Select(row => (int)row.Position.Index));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    private static void AssertRestartable(byte[] bytes, SourceSpec spec)
    {
        var rows = SourceText.ReadAsync(bytes, spec).Result;

        // Reading through the smallest buffers meets a border between two reads at every byte.
        Assert.Equal(rows.Select(Show), ReadInPiecesAsync(bytes, spec).Result.Select(Show));

        var at = 0L;
        foreach (var row in rows)
        {
            AssertBlank(bytes, at, row.Position.ByteOffset);
            Assert.Equal(1 + bytes.Take((int)row.Position.ByteOffset).Count(b => b == '\n'), row.Position.Line);
            at = row.Next.ByteOffset;

            var rest = rows.Skip((int)row.Position.Index).Select(Show).ToList();
            Assert.Equal(rest, SourceText.ReadAsync(bytes, spec, row.Position).Result.Select(Show));
            Assert.Equal(rest.Skip(1), SourceText.ReadAsync(bytes, spec, row.Next).Result.Select(Show));
        }

        AssertBlank(bytes, at, bytes.Length);
    }

    /// <summary>Every byte belongs to a row, but for those of blank lines.</summary>
    private static void AssertBlank(byte[] bytes, long from, long to) =>
        Assert.All(bytes[(int)from..(int)to], b => Assert.Contains((char)b, "\r\n "));

    private static async Task<List<SourceRow>> ReadInPiecesAsync(byte[] bytes, SourceSpec spec)
    {
        var blobs = new MemoryBlobStore(readSize: 1);
        blobs.Put(SourceText.Blob, bytes);
        using var stream = await blobs.OpenReadAsync(SourceText.Blob, 0, CancellationToken.None);
        using var scanner = new RecordScanner(stream, SourceReader.CreateFormat(spec), Start, spec.MaxRowBytes, bufferBytes: 1);
        var rows = new List<SourceRow>();
        while (await scanner.ReadAsync(CancellationToken.None))
            rows.Add(scanner.ToRow());
        return rows;
    }

    private static string Show(SourceRow row) =>
        $"{row.Position} {row.Next} {row.BadRow} {string.Join('|', row.Values)} {row.Json?.GetRawText()}";

    private static Gen<byte[]> Bytes(Gen<string> piece) =>
        from pieces in piece.ArrayOf()
        from broken in Gen.Choose(0, 60)
        select Break(Encoding.UTF8.GetBytes(string.Concat(pieces)), broken);

    /// <summary>Makes one byte one that is in no character, now and then.</summary>
    private static byte[] Break(byte[] bytes, int at)
    {
        if (at < bytes.Length)
            bytes[at] = 0xFF;
        return bytes;
    }

    private static Gen<WellFormedSource> WellFormed() =>
        from delimiter in Gen.Elements(',', ';', '\t', '|')
        from quote in Gen.Elements('"', '\'')
        from lineEnd in Gen.Elements("\n", "\r\n")
        from endsWithLineEnd in Gen.Elements(true, false)
        from columns in Gen.Choose(1, 4)
        from rows in Field(delimiter, quote).ArrayOf(columns).ArrayOf()
        select new WellFormedSource(
            string.Join(lineEnd, rows.Select(row => string.Join(delimiter, row))) + (endsWithLineEnd ? lineEnd : ""),
            SourceText.Csv([.. Enumerable.Range(0, columns).Select(index => $"c{index}")]) with
            {
                Delimiter = delimiter,
                Quote = quote,
            });

    private static Gen<string> Field(char delimiter, char quote) =>
        from pieces in Gen.Elements("a", "b c", "é", "😀", " ", "\n", "\r\n", "\r", $"{delimiter}", $"{quote}", "'").ArrayOf()
        from quoteAnyway in Gen.Elements(true, false)
        let text = string.Concat(pieces)
        let mustQuote = text.Length == 0 || text.AsSpan().IndexOfAny("\r\n") >= 0 || text.Contains(delimiter) || text.Contains(quote)
        select quoteAnyway || mustQuote
            ? $"{quote}{text.Replace($"{quote}", $"{quote}{quote}", StringComparison.Ordinal)}{quote}"
            : text;

    private static List<string[]> ByCsvHelper(WellFormedSource source)
    {
        using var reader = CsvReader.FromText(source.Text, new CsvReaderOptions
        {
            Separator = source.Spec.Delimiter,
            Quote = source.Spec.Quote,
            HasHeader = false,
        });
        var rows = new List<string[]>();
        while (reader.Read())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);
        return rows;
    }

    private sealed record WellFormedSource(string Text, SourceSpec Spec);
}
