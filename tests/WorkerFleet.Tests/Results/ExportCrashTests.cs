using WorkerFleet.Ledger;
using WorkerFleet.Results;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Results;

public sealed class ExportCrashTests : IDisposable
{
    private readonly ExportFixture _export = new();
    private FaultyFolder? _folder;

    public void Dispose() => _export.Dispose();

    [Fact]
    public async Task Export_DiskFailsAtAnyStep_LeavesNoManifestUnlessEverythingIsThere()
    {
        var steps = await CountStepsAsync();
        Assert.InRange(steps, 20, 60);
        for (var failAt = 1; failAt <= steps; failAt++)
        {
            await _export.ExportAsync(Old());
            var oldManifest = _export.Text(ExportFileNames.Manifest);

            await Assert.ThrowsAsync<ExportException>(() => _export.ExportAsync(New(), open: Faulty(failAt)));

            // Step 1 is the removal of the old manifest: only when that fails may one be there, with all of its files.
            if (failAt == 1)
                Assert.Equal(oldManifest, _export.Text(ExportFileNames.Manifest));
            if (File.Exists(_export.Folder[ExportFileNames.Manifest]))
                await AssertWholeAsync(failAt == 1 ? Old() : New());
            Assert.All(
                _export.Folder.Names.Where(name => name == ExportFileNames.Results),
                name => Assert.True(_export.Lines(name).Length is 3 or 6, $"{name} is neither the old nor the new one."));
            var result = await _export.ExportAsync(New());
            Assert.True(result.Complete);
            await AssertWholeAsync(New());
        }
    }

    [Fact]
    public async Task Export_LedgerFailsInMidStream_LeavesNeitherManifestNorNewFiles()
    {
        var batch = TestBatch.Csv(200, sliceSize: 256).Complete();
        batch.Ledger.OnReadSettled = from =>
        {
            if (from > 0)
                throw new InvalidOperationException("The store is gone.");
        };

        await Assert.ThrowsAsync<InvalidOperationException>(() => _export.ExportAsync(batch));

        Assert.Empty(_export.Folder.Names);
    }

    [Fact]
    public async Task Export_Cancelled_LeavesNeitherManifestNorNewFiles()
    {
        var batch = TestBatch.Csv(200, sliceSize: 256).Complete();
        using var cancellation = new CancellationTokenSource();
        batch.Ledger.OnReadSettled = from =>
        {
            if (from > 0)
                cancellation.Cancel();
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            ExportFixture.Exporter(batch).ExportAsync(batch.Id, _export.Folder.Path, cancellation.Token));

        Assert.Empty(_export.Folder.Names);
    }

    [Fact]
    public async Task Export_LeftoversOfACrashedOne_AreRemoved()
    {
        foreach (var name in ExportFileNames.Content.Append(ExportFileNames.Manifest))
            await File.WriteAllTextAsync(_export.Folder[ExportFileNames.Partial(name)], "left over");

        await _export.ExportAsync(TestBatch.Csv(3));

        Assert.Equal(["failures.jsonl", "results.csv", "results.jsonl", "summary.json"], _export.Folder.Names);
    }

    [Fact]
    public async Task Export_WhileAnotherWritesThere_SaysSoAndLeavesItAlone()
    {
        var batch = TestBatch.Csv(3).Complete();
        await using (ExportFolder.Open(_export.Folder.Path))
        {
            var exception = await Assert.ThrowsAsync<ExportException>(() => _export.ExportAsync(batch));
            Assert.Contains("another export writes there now", exception.Message, StringComparison.Ordinal);
        }
        Assert.Empty(_export.Folder.Names);

        Assert.True((await _export.ExportAsync(batch)).Complete);
    }

    [Theory]
    [InlineData(28, "the disk is full")]
    [InlineData(122, "the disk is full")]
    [InlineData(5, "Input/output error")]
    public async Task Export_DiskFails_SaysHowInOneLine(int error, string expected)
    {
        Func<Exception> failure = () => new IOException("Input/output error\nmore", error);

        var exception = await Assert.ThrowsAsync<ExportException>(
            () => _export.ExportAsync(New(), open: Faulty(12, failure)));

        Assert.StartsWith(
            $"Cannot write results to {_export.Folder.Path}: {expected}", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public async Task Export_FolderMayNotBeWritten_SaysSo()
    {
        var exception = await Assert.ThrowsAsync<ExportException>(
            () => _export.ExportAsync(New(), open: Faulty(3, () => new UnauthorizedAccessException("no"))));

        Assert.Contains("permission denied", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("taken", "it is a file")]
    [InlineData("taken/below", "Cannot write results to")]
    [InlineData("", "name one")]
    public async Task Export_PathIsNoFolder_SaysSo(string name, string expected)
    {
        await File.WriteAllTextAsync(_export.Folder["taken"], "a file");
        var batch = New();

        var exception = await Assert.ThrowsAsync<ExportException>(() => ExportFixture.Exporter(batch).ExportAsync(
            batch.Id, name.Length == 0 ? "" : _export.Folder[name], CancellationToken.None));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    private static TestBatch Old() => TestBatch.Csv(3).Complete();

    private static TestBatch New() => TestBatch.Csv(6).Complete();

    private Func<string, IExportFolder> Faulty(int failAt, Func<Exception>? failure = null) => path =>
        _folder = new FaultyFolder(ExportFolder.Open(path), failAt, failure ?? (() => new IOException("The disk is gone.")));

    /// <summary>Steps of an undisturbed export; what it does when disposed comes after.</summary>
    private async Task<int> CountStepsAsync()
    {
        Assert.True((await _export.ExportAsync(New(), open: Faulty(int.MaxValue))).Complete);
        var cleanUp = ExportFileNames.Content.Count + 1;
        return _folder!.Steps - cleanUp;
    }

    private async Task AssertWholeAsync(TestBatch batch)
    {
        var counts = await ((ILedger)batch.Ledger).CountAsync(batch.Id, CancellationToken.None);
        var (passed, detail) = await ExportCheck.RunAsync(ExportLocations.Local, _export.Folder.Path, batch.Id, counts, CancellationToken.None);
        Assert.True(passed, detail);
        Assert.StartsWith("4 files", detail, StringComparison.Ordinal);
    }
}
