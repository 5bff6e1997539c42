using System.Text;
using WorkerFleet.Ledger;
using WorkerFleet.Sources;

namespace WorkerFleet.Tests.Sources;

public sealed class SourceReaderTests
{
    [Fact]
    public async Task Csv_QuotedDelimitersNewlinesAndQuotes_AreData()
    {
        var rows = await SourceText.ReadAsync("1,\"a,b\"\r\n2,\"line\r\nbreak\"\n3,\"say \"\"hi\"\"\"", SourceText.Csv("id", "text"));

        Assert.Equal(["1|a,b", "2|line\r\nbreak", "3|say \"hi\""], rows.Select(Show));
        Assert.Equal(
            [new SourcePosition(0, 0, 1), new SourcePosition(1, 9, 2), new SourcePosition(2, 25, 4)],
            rows.Select(row => row.Position));
        Assert.Equal(new SourcePosition(3, 39, 4), rows[2].Next);
        Assert.Same(rows[0].Columns, rows[2].Columns);
    }

    [Theory]
    [InlineData("a,b\nc,d", "a|b", "c|d")]
    [InlineData("a,b\nc,d\n", "a|b", "c|d")]
    [InlineData("a,b\r\nc,d\r\n", "a|b", "c|d")]
    [InlineData("\n\r\na,b\n\n\r\nc,d\n\n", "a|b", "c|d")]
    [InlineData("a,\n,d", "a|", "|d")]
    [InlineData("\"\",\"\"\n,", "|", "|")]
    [InlineData("a,b\r", "a|b\r")]
    [InlineData("a,b\rc\n", "a|b\rc")]
    [InlineData("a, \"b\n")]
    [InlineData(" ,\t\n", " |\t")]
    [InlineData("ä,😀\n", "ä|😀")]
    public async Task Csv_LineEndsAndBlanks_AreReadAsDocumented(string text, params string[] expected)
    {
        var rows = await SourceText.ReadAsync(text, SourceText.Csv("x", "y"));

        Assert.Equal(expected, rows.Where(row => row.BadRow is null).Select(Show));
    }

    [Fact]
    public async Task Csv_OneColumn_BlankLineIsNoRowAndQuotedBlankIs()
    {
        var rows = await SourceText.ReadAsync("a\n\n\"\"\nb\n", SourceText.Csv("x"));

        Assert.Equal(["a", "", "b"], rows.Select(Show));
        Assert.Equal([0L, 1, 2], rows.Select(row => row.Position.Index));
        Assert.Equal([1L, 3, 4], rows.Select(row => row.Position.Line));
    }

    [Fact]
    public async Task Csv_OtherDelimiterAndQuote_AreUsed()
    {
        var rows = await SourceText.ReadAsync("a;'b;c''d'\n", SourceText.Csv("x", "y") with { Delimiter = ';', Quote = '\'' });

        Assert.Equal(["a|b;c'd"], rows.Select(Show));
    }

    [Fact]
    public async Task Tsv_WithoutQuote_TakesQuotesAsData()
    {
        var rows = await SourceText.ReadAsync(
            "say \"hi\"\t\"a\n", SourceText.Csv("x", "y") with { Format = SourceFormat.Tsv, Delimiter = '\t', Quote = '\0' });

        Assert.Equal(["say \"hi\"|\"a"], rows.Select(Show));
    }

    [Fact]
    public async Task Csv_StrayQuote_CostsOneLine()
    {
        var rows = await SourceText.ReadAsync(
            "1,a\n2,\"b\n3,c\n4,\"d\"\n5,e\n", SourceText.Csv("id", "x"));

        Assert.Equal(["1|a", "bad", "3|c", "4|d", "5|e"], rows.Select(row => row.BadRow is null ? Show(row) : "bad"));
        Assert.Equal([0L, 1, 2, 3, 4], rows.Select(row => row.Position.Index));
    }

    [Fact]
    public async Task Csv_QuoteNotClosedWithinLimit_CostsOneLine()
    {
        var text = new StringBuilder("1,\"a\n");
        for (var index = 0; index < 300_000; index++)
            text.Append("2,bbbbbbbb\n");
        var spec = SourceText.Csv("id", "x") with { MaxRowBytes = 1000 };

        var rows = await SourceText.ReadAsync(text.ToString(), spec);

        Assert.Equal(300_001, rows.Count);
        Assert.Equal(
            "Line 1: the quote opened in field 2 is not closed within 1000 bytes; close it, or double it if it belongs to the text.",
            rows[0].BadRow);
        Assert.All(rows.Skip(1), row => Assert.Null(row.BadRow));
    }

    [Fact]
    public async Task Jsonl_Objects_AreRead()
    {
        var rows = await SourceText.ReadAsync("{\"a\":1.50}\r\n\n  \n{\"a\":\"x\"}", SourceText.Jsonl);

        Assert.Equal(["{\"a\":1.50}", "{\"a\":\"x\"}"], rows.Select(row => row.Json!.Value.GetRawText()));
        Assert.Equal([1L, 4], rows.Select(row => row.Position.Line));
    }

    [Fact]
    public async Task Read_MissingBlob_IsSaid() =>
        await Assert.ThrowsAsync<FileNotFoundException>(async () =>
        {
            var reader = new SourceReader(new Blobs.MemoryBlobStore());
            await foreach (var _ in reader.ReadAsync("none", SourceText.Jsonl, default, CancellationToken.None))
            {
            }
        });

    private static string Show(SourceRow row) => string.Join('|', row.Values);
}
