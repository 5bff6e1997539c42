using System.Runtime.CompilerServices;
using System.Text.Json;
using WorkerFleet.Batches;
using WorkerFleet.Results;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Results;

public sealed class ResultExporterTests : IDisposable
{
    private readonly ExportFixture _export = new();

    public void Dispose() => _export.Dispose();

    [Theory]
    [InlineData(ExportFileNames.Results)]
    [InlineData(ExportFileNames.Table)]
    [InlineData(ExportFileNames.Failures)]
    [InlineData(ExportFileNames.Summary)]
    [InlineData(ExportFileNames.Manifest)]
    public async Task Export_BatchWithEveryOutcome_IsAsInTheGoldenFile(string name)
    {
        var batch = TestBatch.Csv(5);
        batch.Succeed(0, """{"answer": 42,  "note": "a b"}""", itemId: "id-0");
        batch.Fail(1);
        batch.Reject(2);
        batch.Cancel(3);
        batch.Succeed(4, "\"said \\\"hi\\\", and left\"");
        batch.Finish(BatchStatus.CompletedWithFailures);

        await _export.ExportAsync(batch);

        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(GoldenFolder(), name)), _export.Text(name));
    }

    [Fact]
    public async Task Export_CompleteBatch_LineNumberIsRowNumber()
    {
        var result = await _export.ExportAsync(TestBatch.Csv(5_000, sliceSize: 256).Complete());

        Assert.True(result.Complete);
        var rows = _export.Lines(ExportFileNames.Results).Select(line => line.GetProperty("row").GetInt64());
        Assert.Equal(Enumerable.Range(0, 5_000).Select(i => (long)i), rows);
        Assert.Equal(0, new FileInfo(_export.Folder[ExportFileNames.Failures]).Length);
    }

    [Fact]
    public async Task Export_RunningBatch_HoldsSettledRowsAndNoManifest()
    {
        await _export.ExportAsync(TestBatch.Csv(3).Complete());
        var batch = TestBatch.Csv(10, sliceSize: 4, dispatchedRows: 8);
        batch.Succeed(1);
        batch.Fail(6);

        var result = await _export.ExportAsync(batch);

        Assert.False(result.Complete);
        Assert.False(result.Summary.Complete);
        Assert.Equal([1L, 6L], _export.Lines(ExportFileNames.Results).Select(line => line.GetProperty("row").GetInt64()));
        Assert.Equal(8, _export.Json(ExportFileNames.Summary).GetProperty("counts").GetProperty("pending").GetInt64());
        Assert.DoesNotContain(ExportFileNames.Manifest, _export.Folder.Names);
    }

    [Fact]
    public async Task Export_NothingSettled_WritesEmptyFilesAndASummary()
    {
        var result = await _export.ExportAsync(TestBatch.Csv(3));

        Assert.Equal("", _export.Text(ExportFileNames.Results));
        Assert.Single(_export.Text(ExportFileNames.Table).Split('\n')[..^1]);
        Assert.Null(result.Summary.LatencyMs);
        Assert.Equal(0, result.Summary.DurationMs);
    }

    [Fact]
    public async Task Export_AllSettledButNotOver_HasNoManifestUnlessTheFinalStateIsGiven()
    {
        var batch = TestBatch.Csv(3).Complete();
        batch.State.CurrentState = BatchStatus.Aggregating;

        Assert.False((await _export.ExportAsync(batch)).Complete);
        Assert.True((await _export.ExportAsync(batch, BatchStatus.Completed)).Complete);
        Assert.Equal("Completed", _export.Json(ExportFileNames.Summary).GetProperty("status").GetString());
        Assert.Equal("Completed", _export.Json(ExportFileNames.Manifest).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Export_ReplayBeginsMeanwhile_HasNoManifest()
    {
        var batch = TestBatch.Csv(3).Complete();
        var snapshot = new SnapshotBatchStore();
        await snapshot.InsertAsync(batch.State, CancellationToken.None);
        batch.Ledger.OnReadSettled = _ =>
        {
            batch.State.Round = 1;
            var updated = snapshot.UpdateAsync(batch.State, batch.State.Version, CancellationToken.None);
            Assert.True(updated.IsCompletedSuccessfully);
        };

        var result = await new ResultExporter(
            snapshot, batch.Ledger, batch.Sources, TimeProvider.System, ExportLocations.Local)
            .ExportAsync(batch.Id, _export.Folder.Path, CancellationToken.None);

        Assert.False(result.Complete);
        Assert.DoesNotContain(ExportFileNames.Manifest, _export.Folder.Names);
    }

    [Fact]
    public async Task Export_AfterAReplay_ReplacesEverything()
    {
        var batch = TestBatch.Csv(2);
        batch.Fail(0);
        batch.Succeed(1);
        await _export.ExportAsync(batch.Finish(BatchStatus.CompletedWithFailures));
        await batch.Ledger.ReopenAsync(batch.Id, 0, [0], 1, CancellationToken.None);
        batch.State.Round = 1;
        batch.Succeed(0);

        await _export.ExportAsync(batch.Finish(BatchStatus.Completed));

        Assert.Equal("", _export.Text(ExportFileNames.Failures));
        Assert.All(
            _export.Lines(ExportFileNames.Results),
            line => Assert.Equal("succeeded", line.GetProperty("state").GetString()));
        Assert.Equal("Completed", _export.Json(ExportFileNames.Manifest).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Export_AllRowsRejected_IsComplete()
    {
        var batch = new TestBatch(
            TestBatch.CsvSpec(["a"]), [.. Enumerable.Range(0, 6).Select(i => InMemorySources.Bad(i, "bad"))]);
        for (var i = 0; i < 6; i++)
            batch.Reject(i, $"Line {i + 2}: a quote is never closed.");

        var result = await _export.ExportAsync(batch.Finish(BatchStatus.CompletedWithFailures));

        Assert.True(result.Complete);
        Assert.Equal(6, Assert.Single(result.Summary.Errors).Count);
        Assert.All(_export.Lines(ExportFileNames.Failures), line =>
        {
            Assert.False(line.GetProperty("replayable").GetBoolean());
            Assert.Equal(JsonValueKind.Null, line.GetProperty("input").ValueKind);
            Assert.Equal(JsonValueKind.Null, line.GetProperty("session").ValueKind);
        });
    }

    [Fact]
    public async Task Export_HugeOutputs_AreWrittenWhole()
    {
        var huge = new string('x', 5 * 1024 * 1024) + "\\\"\\n";
        var batch = TestBatch.Csv(3);
        for (var i = 0; i < 3; i++)
            batch.Succeed(i, $"\"{i}{huge}\"");

        await _export.ExportAsync(batch.Finish(BatchStatus.Completed));

        Assert.Equal(
            [0, 1, 2],
            _export.Lines(ExportFileNames.Results).Select(line => line.GetProperty("output").GetString()!)
                .Select(text => text.Length == 5 * 1024 * 1024 + 3 ? text[0] - '0' : -1));
    }

    [Fact]
    public async Task Export_OutputOverSeveralLines_StaysOnOneLine()
    {
        var batch = TestBatch.Csv(1);
        batch.Succeed(0, "{\r\n  \"a\" : [ 1.50 , \"x \\\" \\\\\" ],\n\t\"b\": \"\"\n}");

        await _export.ExportAsync(batch.Finish(BatchStatus.Completed));

        Assert.Contains("""
            "output":{"a":[1.50,"x \" \\"],"b":""},
            """, _export.Text(ExportFileNames.Results), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("17.250")]
    [InlineData("[1, 2]")]
    [InlineData("\"\\u0000\\ud83d\\ude80\\u2028\"")]
    [InlineData("\"\\ud800\"")]
    public async Task Export_Output_IsWrittenAsItIs(string output)
    {
        var batch = TestBatch.Csv(1);
        batch.Succeed(0, output);

        await _export.ExportAsync(batch.Finish(BatchStatus.Completed));

        Assert.Contains($"\"output\":{output},\"error\"", _export.Text(ExportFileNames.Results), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_UnusualTextInColumns_RoundTrips()
    {
        string[] columns = ["a", "quote \" and, comma"];
        string[] texts = ["", " padded ", "a,b", "\"", "line\nbreak", "\r", "\0", "\u2028\u2029", "🚀é", "=1+1", "</script>"];
        var batch = new TestBatch(
            TestBatch.CsvSpec(columns), [.. texts.Select((text, i) => InMemorySources.Csv(i, columns, text, text + text))]);

        await _export.ExportAsync(batch.Complete());

        Assert.Equal(
            texts,
            _export.Lines(ExportFileNames.Results).Select(line => line.GetProperty("input").GetProperty("a").GetString()));
    }

    [Fact]
    public async Task Export_SourceIsGone_SaysSo()
    {
        var batch = TestBatch.Csv(3).Complete();
        batch.Sources.Remove(TestBatch.Blob);

        var exception = await Assert.ThrowsAsync<ExportException>(() => _export.ExportAsync(batch));

        Assert.Contains("is gone from the store", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_export.Folder.Names);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Export_SourceHasOtherRowsThanSubmitted_SaysSo(int rows)
    {
        var batch = TestBatch.Csv(3).Complete();
        batch.Sources.Put(TestBatch.Blob, TestBatch.Csv(rows).Rows);

        var exception = await Assert.ThrowsAsync<ExportException>(() => _export.ExportAsync(batch));

        Assert.Contains("no longer has the 3 rows", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_export.Folder.Names);
    }

    [Fact]
    public async Task Export_UnknownBatch_LeavesTheFolderAlone()
    {
        await _export.ExportAsync(TestBatch.Csv(3).Complete());
        var batch = TestBatch.Csv(1);

        await Assert.ThrowsAsync<ExportException>(() =>
            ExportFixture.Exporter(batch).ExportAsync(Guid.Empty, _export.Folder.Path, CancellationToken.None));

        Assert.Contains(ExportFileNames.Manifest, _export.Folder.Names);
    }

    [Fact]
    public async Task Export_LargeOutputs_AreReadInSmallPages()
    {
        var batch = TestBatch.Csv(50, sliceSize: 256);
        for (var i = 0; i < 50; i++)
            batch.Succeed(i, $"\"{new string('x', 1024 * 1024)}\"");
        var pages = new List<long>();
        batch.Ledger.OnReadSettled = pages.Add;

        await _export.ExportAsync(batch.Finish(BatchStatus.Completed));

        Assert.Equal([0L, 32L, 39L, 46L], pages.Take(4));
    }

    private static string GoldenFolder([CallerFilePath] string thisFile = "") =>
        Path.Combine(Path.GetDirectoryName(thisFile)!, "Golden");
}
