using System.Text.Json;
using CsvHelper;
using FsCheck;
using FsCheck.Fluent;
using WorkerFleet.Batches;
using WorkerFleet.Results;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Results;

/// <summary>results.csv as another program reads it.</summary>
public sealed class ResultTableTests : IDisposable
{
    private readonly ExportFixture _export = new();

    public void Dispose() => _export.Dispose();

    [Fact]
    public void Export_AnyText_IsReadBackByAnotherProgram()
    {
        var special = Gen.Elements(
            ",", "\"", "\n", "\r", "\r\n", " ", "\t", "'", ";", "\0", "🚀", "é", "\u2028", "=", "a", "\\");
        var text = special.ListOf().Select(parts => string.Concat(parts));
        var row = text.Three().Select(texts => new[] { texts.Item1, texts.Item2, texts.Item3 });
        var config = Config.QuickThrowOnFailure.WithMaxTest(100);
        Prop.ForAll(row.NonEmptyListOf().ToArbitrary(), rows => AssertRoundTrip([.. rows])).Check(config);
    }

    [Fact]
    public async Task Export_JsonlSourceWithoutNamedColumns_HasTheObjectAsOneColumn()
    {
        const string Line = """{"name":"O\"Hara, Jo","age":7}""";
        var batch = new TestBatch(TestBatch.JsonlSpec(), [InMemorySources.Json(0, Line)]).Complete();

        await _export.ExportAsync(batch);

        var records = Read();
        Assert.Equal("input", records[0][3]);
        Assert.Equal(Line, records[1][3]);
    }

    [Fact]
    public async Task Export_JsonlSourceWithNamedColumns_HasOneColumnEach()
    {
        var batch = new TestBatch(TestBatch.JsonlSpec(["name", "tags", "none", "age"]),
        [
            InMemorySources.Json(0, """{"tags":[1,"a"],"extra":{"age":1},"age":7,"name":"O\"Hara, Jo"}"""),
            InMemorySources.Json(1, "{}"),
            InMemorySources.Bad(2, "bad"),
        ]).Complete();

        await _export.ExportAsync(batch);

        var records = Read();
        Assert.Equal(["input.name", "input.tags", "input.none", "input.age"], records[0][3..7]);
        Assert.Equal(["O\"Hara, Jo", """[1,"a"]""", "", "7"], records[1][3..7]);
        Assert.Equal(["", "", "", ""], records[2][3..7]);
        Assert.Equal(["", "", "", ""], records[3][3..7]);
    }

    [Fact]
    public async Task Export_NamedColumnsOfCsv_AreTheOnlyOnes()
    {
        var spec = TestBatch.CsvSpec(["a", "b", "c"]);
        spec = spec with { Mapping = spec.Mapping with { PassThrough = ["c", "a"] } };
        var batch = new TestBatch(spec, [InMemorySources.Csv(0, ["a", "b", "c"], "1", "2", "3")]).Complete();

        await _export.ExportAsync(batch);

        var records = Read();
        Assert.Equal(["row", "id", "state", "input.c", "input.a", "output"], records[0][..6]);
        Assert.Equal(["0", "", "succeeded", "3", "1", "ok"], records[1][..6]);
    }

    [Theory]
    [InlineData("\"plain\"", "plain")]
    [InlineData("\"a\\n\\u00e9\\\"b\\\"\"", "a\né\"b\"")]
    [InlineData("\"\"", "")]
    [InlineData("{\"a\": \"b\"}", "{\"a\": \"b\"}")]
    [InlineData("1e3", "1e3")]
    [InlineData("null", "null")]
    [InlineData("\"\\ud800x\"", "\"\\ud800x\"")]
    public async Task Export_Output_IsTextOfAStringOrElseJson(string output, string expected)
    {
        var batch = TestBatch.Csv(1);
        batch.Succeed(0, output);

        await _export.ExportAsync(batch.Finish(BatchStatus.Completed));

        Assert.Equal(expected, Read()[1][5]);
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("+1 555 0100", "'+1 555 0100")]
    [InlineData("-2+3", "'-2+3")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\n=1", "'\n=1")]
    [InlineData("＝1", "'＝1")]
    [InlineData("-7.25", "-7.25")]
    [InlineData("+1e3", "+1e3")]
    [InlineData("a=1", "a=1")]
    public async Task Export_TextThatASpreadsheetWouldCalculate_HasAnApostropheBeforeIt(string text, string expected)
    {
        string[] columns = ["a", "id"];
        var spec = TestBatch.CsvSpec(columns);
        spec = spec with { Mapping = spec.Mapping with { IdColumn = "id" } };
        var batch = new TestBatch(spec, [InMemorySources.Csv(0, columns, text, text)]);
        batch.Succeed(0, JsonSerializer.Serialize(text));

        await _export.ExportAsync(batch.Finish(BatchStatus.Completed));

        var record = Read()[1];
        Assert.Equal([expected, expected], [record[3], record[5]]);
    }

    [Fact]
    public async Task Export_ErrorMessageOfAnAgent_IsNoFormula()
    {
        var batch = TestBatch.Csv(1);
        batch.Fail(0, "=HYPERLINK(\"evil\")");

        await _export.ExportAsync(batch.Finish(BatchStatus.CompletedWithFailures));

        Assert.Contains("'=HYPERLINK(\"evil\")", Read()[1]);
    }

    private void AssertRoundTrip(string[][] rows)
    {
        string[] columns = ["a", "b"];
        var batch = new TestBatch(
            TestBatch.CsvSpec(columns), [.. rows.Select((row, i) => InMemorySources.Csv(i, columns, row[0], row[1]))]);
        for (var i = 0; i < rows.Length; i++)
            batch.Succeed(i, JsonSerializer.Serialize(rows[i][2]));
        var export = _export.ExportAsync(batch.Finish(BatchStatus.Completed));
        Assert.True(export.Wait(TimeSpan.FromMinutes(1)));

        var read = Read()[1..].Select(record => record[3..6]);

        Assert.Equal(rows.Select(row => row.Select(Shown)), read);
    }

    private static string Shown(string text) =>
        text.Length > 0 && "=\t\r\n".Contains(text[0], StringComparison.Ordinal) ? "'" + text : text;

    private string[][] Read()
    {
        using var csv = CsvReader.FromFile(
            _export.Folder[ExportFileNames.Table], new CsvReaderOptions { HasHeader = false, SkipEmptyLines = false });
        var records = new List<string[]>();
        while (csv.Read())
            records.Add([.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)]);
        return [.. records];
    }
}
