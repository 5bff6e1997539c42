using System.Security.Cryptography;
using System.Text;
using WorkerFleet.Ledger;
using WorkerFleet.Sources;
using WorkerFleet.Tests.Blobs;

namespace WorkerFleet.Tests.Sources;

public sealed class SourceIngestTests
{
    private static readonly SourceSettings Csv = new() { DisplayName = "in.csv" };
    private static readonly SourceSettings Jsonl = new() { DisplayName = "in.jsonl" };

    [Fact]
    public async Task Csv_WithMarkAndHeader_IsResolvedCountedAndHashed()
    {
        byte[] source = [0xEF, 0xBB, 0xBF, .. " id ,\"the text\"\r\n1,a\r\n\r\n2\r\n3,\"b\nc\"\r\n"u8];

        var result = await SourceText.IngestAsync(source, Csv);

        Assert.Null(result.Problem);
        Assert.Equal((3, 1), (result.Rows, result.BadRows));
        Assert.Equal(["id", "the text"], result.Spec.Columns);
        Assert.True(result.Spec.HasHeader);
        Assert.Equal(new SourcePosition(0, 20, 2), result.Start);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(source)), result.Sha256);
        Assert.Equal([0L, 2], result.Sample.Select(row => row.Position.Index));
    }

    [Theory]
    [InlineData("a.csv", SourceFormat.Csv, ',', '"')]
    [InlineData("A.CSV", SourceFormat.Csv, ',', '"')]
    [InlineData("dir.jsonl/a.tsv", SourceFormat.Tsv, '\t', '\0')]
    [InlineData("a.tab", SourceFormat.Tsv, '\t', '\0')]
    public async Task Delimited_Name_TellsTheFormat(string name, SourceFormat format, char delimiter, char quote)
    {
        var result = await SourceText.IngestAsync("a\n1\n", new SourceSettings { DisplayName = name });

        Assert.Equal((format, delimiter, quote), (result.Spec.Format, result.Spec.Delimiter, result.Spec.Quote));
    }

    [Theory]
    [InlineData("a.jsonl")]
    [InlineData("a.ndjson")]
    public async Task Jsonl_Name_TellsTheFormat(string name)
    {
        var result = await SourceText.IngestAsync("{}\n\n{\"a\":1}\n[]", new SourceSettings { DisplayName = name });

        Assert.Equal((SourceFormat.Jsonl, 3, 1), (result.Spec.Format, result.Rows, result.BadRows));
        Assert.False(result.Spec.HasHeader);
        Assert.Equal(2, result.Sample.Count);
    }

    [Fact]
    public async Task Columns_Given_MeanThatThereIsNoHeader()
    {
        var result = await SourceText.IngestAsync("1,2\n3,4\n", Csv with { Columns = ["a", "b"] });

        Assert.Equal((2, false), (result.Rows, result.Spec.HasHeader));
        Assert.Equal(new SourcePosition(0, 0, 1), result.Start);
    }

    [Fact]
    public async Task Columns_GivenWithHeader_ReplaceItsNames()
    {
        var result = await SourceText.IngestAsync("x,x\n3,4\n", Csv with { Columns = ["a", "b"], Header = true });

        Assert.Equal((1, true), (result.Rows, result.Spec.HasHeader));
        Assert.Equal(["a", "b"], result.Spec.Columns);
    }

    [Fact]
    public async Task Sample_ManyRows_HasTheFirstHundredGoodOnes()
    {
        var text = "id,x\nbad\n" + string.Concat(Enumerable.Range(0, 500).Select(index => $"{index},x\n"));

        var result = await SourceText.IngestAsync(text, Csv);

        Assert.Equal((501, 1, 100), (result.Rows, result.BadRows, result.Sample.Count));
        Assert.Equal("0", result.Sample[0].Values[0]);
    }

    [Theory]
    [InlineData("", "in.csv is empty.")]
    [InlineData("\n\r\n", "in.csv has nothing but blank lines.")]
    [InlineData("id,x\n", "in.csv has a header but no rows.")]
    [InlineData("id,x\n\n\n", "in.csv has a header but no rows.")]
    [InlineData("id,,x\n1,2,3\n", "in.csv has a header in line 1 that cannot be used: column 2 has no name.")]
    [InlineData("\nid,x, id\n1,2,3\n", "in.csv has a header in line 2 that cannot be used: columns 1 and 3 are both named 'id'.")]
    [InlineData("id,\"x\n1,2\n", "in.csv has a header that cannot be read. Line 1: the quote opened in field 2 is never closed; close it, or double it if it belongs to the text.")]
    [InlineData("id,\0\n1,2\n", "in.csv has a header that cannot be read. Line 1: byte 4 is NUL; remove it, or save the source as plain UTF-8 text.")]
    [InlineData("id,x\r1,2\r3,4\r", "in.csv has lines that end in a carriage return alone; save it with LF or CR LF line ends.")]
    public async Task Csv_ThatCannotBeUsed_SaysWhy(string text, string expected) =>
        Assert.Equal(expected, (await SourceText.IngestAsync(text, Csv)).Problem);

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x61, 0 }, "in.csv is UTF-16; save it as UTF-8.")]
    [InlineData(new byte[] { 0xFE, 0xFF, 0, 0x61 }, "in.csv is UTF-16; save it as UTF-8.")]
    [InlineData(new byte[] { 0x1F, 0x8B, 8, 0 }, "in.csv is compressed (gzip); unpack it first.")]
    [InlineData(new byte[] { 0x50, 0x4B, 3, 4 }, "in.csv is compressed (zip); unpack it first, or save a spreadsheet as CSV.")]
    [InlineData(new byte[] { 0x42, 0x5A, 0x68, 0x39 }, "in.csv is compressed (bzip2); unpack it first.")]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD }, "in.csv is compressed (zstd); unpack it first.")]
    [InlineData(new byte[] { 0xFD, 0x37, 0x7A, 0x58, 0x5A, 0 }, "in.csv is compressed (xz); unpack it first.")]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF }, "in.csv has nothing but blank lines.")]
    [InlineData(new byte[] { 0x69, 0xE9, 0x0A }, "in.csv has a header that cannot be read. Line 1: byte 2 (0xE9) is not valid UTF-8; save the source as UTF-8.")]
    public async Task Bytes_ThatAreNoText_SayWhatTheyAre(byte[] bytes, string expected) =>
        Assert.Equal(expected, (await SourceText.IngestAsync(bytes, Csv)).Problem);

    [Fact]
    public async Task Jsonl_WithoutRows_SaysSo()
    {
        Assert.Equal("in.jsonl has no rows.", (await SourceText.IngestAsync("\n \n", Jsonl)).Problem);
        Assert.Equal("in.jsonl is empty.", (await SourceText.IngestAsync("", Jsonl)).Problem);
    }

    public static TheoryData<SourceSettings, string> Settings => new()
    {
        { new SourceSettings { DisplayName = "standard input" }, "standard input does not show its format by its name; give 'format': csv, tsv or jsonl." },
        { new SourceSettings { DisplayName = "a.txt" }, "a.txt does not show its format by its name; give 'format': csv, tsv or jsonl." },
        { Csv with { Delimiter = '"' }, "in.csv cannot have '\"' as delimiter and as quote." },
        { Csv with { Delimiter = '→' }, "in.csv cannot have the delimiter U+2192; it is one ASCII character and no line end." },
        { Csv with { Delimiter = '\n' }, "in.csv cannot have the delimiter U+000A; it is one ASCII character and no line end." },
        { Csv with { Quote = '\r' }, "in.csv cannot have the quote U+000D; it is one ASCII character and no line end." },
        { Csv with { Quote = '“' }, "in.csv cannot have the quote U+201C; it is one ASCII character and no line end." },
        { Csv with { Header = false }, "in.csv has no header, so name its columns: give 'columns'." },
        { Csv with { Columns = [] }, "in.csv cannot have these columns: there is none." },
        { Csv with { Columns = ["a", "a"] }, "in.csv cannot have these columns: columns 1 and 2 are both named 'a'." },
        { Csv with { Columns = ["a", " "] }, "in.csv cannot have these columns: column 2 has no name." },
        { Csv with { Columns = ["a"] }, "in.csv has 2 fields in its first record, but 'columns' names 1." },
        { Csv with { Columns = ["a", "b", "c"], Header = true }, "in.csv has 2 fields in its first record, but 'columns' names 3." },
        { Csv with { MaxRowBytes = 0 }, "in.csv cannot have a row limit of 0 bytes; it is 1 to 268435456." },
        { Jsonl with { Columns = ["a"] }, "in.jsonl is JSONL, which has no use for columns; only CSV and TSV do." },
        { Jsonl with { Delimiter = ';' }, "in.jsonl is JSONL, which has no use for a delimiter; only CSV and TSV do." },
        { Jsonl with { Quote = '\'' }, "in.jsonl is JSONL, which has no use for a quote; only CSV and TSV do." },
        { Jsonl with { Header = true }, "in.jsonl is JSONL, which has no use for a header; only CSV and TSV do." },
        { Csv with { OnBadRow = BadRowPolicy.Fail }, "in.csv has 2 malformed rows. The first: Line 3: has 1 field, but the source has 2 columns; put a field that contains the delimiter in quotes." },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Settings_ThatCannotBe_SayWhy(SourceSettings settings, string expected) =>
        Assert.Equal(expected, (await SourceText.IngestAsync("id,x\n1,2\n3\n4,5\n6\n", settings)).Problem);

    [Fact]
    public async Task Ingest_SourceBreaksOff_LeavesNothing()
    {
        var blobs = new MemoryBlobStore();
        var ingest = new SourceIngest(blobs, new SourceReader(blobs));
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ingest.IngestAsync(
            new MemoryStream("id\n1\n"u8.ToArray()), Csv, "source", cancellation.Token));

        Assert.Empty(blobs.Names);
    }

    [Fact]
    public async Task Ingest_StoreFailsBehindTheCopy_LeavesNothing()
    {
        var blobs = new MemoryBlobStore { FailsReads = true };
        var ingest = new SourceIngest(blobs, new SourceReader(blobs));

        await Assert.ThrowsAsync<IOException>(() => ingest.IngestAsync(
            new MemoryStream("id\n1\n"u8.ToArray()), Csv, "source", CancellationToken.None));

        Assert.Empty(blobs.Names);
    }

    [Fact]
    public async Task Ingest_LargeSource_IsCopiedAndCounted()
    {
        var row = Encoding.UTF8.GetBytes("12345,\"quoted, \"\"text\"\"\",plain\n");
        var blobs = new MemoryBlobStore();
        var ingest = new SourceIngest(blobs, new SourceReader(blobs));
        var source = new byte[8 + (row.Length * 200_000)];
        "a,b,c\n\n\n"u8.CopyTo(source);
        for (var index = 0; index < 200_000; index++)
            row.CopyTo(source, 8 + (index * row.Length));

        var result = await ingest.IngestAsync(new MemoryStream(source), Csv, "source", CancellationToken.None);

        Assert.Equal((200_000, 0), (result.Rows, result.BadRows));
        Assert.Equal(source, blobs.Get("source"));
    }
}
