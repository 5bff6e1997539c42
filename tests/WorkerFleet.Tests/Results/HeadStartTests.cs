using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Mapping;
using WorkerFleet.Results;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Results;

public sealed class HeadStartTests : IDisposable
{
    private const int Rows = 1_500;
    private const int SliceSize = 64;

    private readonly ExportFixture _export = new();
    private readonly ExportFixture _fromTheStart = new();

    public void Dispose()
    {
        _export.Dispose();
        _fromTheStart.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Export_SettledAndLookedAtInAnyOrder_IsByteForByteTheOneFromTheStart(int seed)
    {
        var random = new Random(seed);
        var batch = TestBatch.Csv(Rows, SliceSize);
        using var headStart = Exporter(batch).BeginAhead(batch.State, MapperOf(batch));
        var pending = Enumerable.Range(0, Rows).ToList();
        while (pending.Count > 0)
        {
            // Mostly near the front, as rows are dispatched in order; some rows take long.
            for (var left = random.Next(1, 400); left > 0 && pending.Count > 0; left--)
            {
                var at = Math.Min((int)(random.NextDouble() * random.Next(1, 300)), pending.Count - 1);
                SettleByChance(batch, pending[at], random);
                pending.RemoveAt(at);
            }
            NoteSettledSlices(batch);
            await LookAsync(headStart, batch, breakOff: random.Next(3) == 0);
        }
        batch.Finish(BatchStatus.CompletedWithFailures);

        Assert.InRange(headStart.Rows.Next.Index, 1, Rows);
        await FinishAsync(batch, headStart);

        await ShouldBeAsFromTheStartAsync(batch);
    }

    [Fact]
    public async Task Advance_RowMissingThoughItsSliceCountsAsSettled_StopsBeforeIt()
    {
        var batch = TestBatch.Csv(Rows, SliceSize);
        foreach (var row in Enumerable.Range(0, Rows).Where(row => row != 300))
            batch.Succeed(row);
        batch.Finish(BatchStatus.Processing);
        using var headStart = Exporter(batch).BeginAhead(batch.State, MapperOf(batch));

        await LookAsync(headStart, batch);
        Assert.Equal(300, headStart.Rows.Next.Index);

        batch.Fail(300);
        await FinishAsync(batch.Finish(BatchStatus.CompletedWithFailures), headStart);
        await ShouldBeAsFromTheStartAsync(batch);
    }

    [Fact]
    public async Task Export_ReplayedSince_WritesEverythingAnew()
    {
        var batch = Settled(failed: 7);
        using var headStart = await BeginAsync(batch);
        await batch.Ledger.ReopenAsync(batch.Id, 0, [7], 1, CancellationToken.None);
        batch.State.Round = 1;
        batch.Succeed(7, "\"better\"");

        await FinishAsync(batch.Finish(BatchStatus.Completed), headStart);

        Assert.Contains("better", _export.Text(ExportFileNames.Results), StringComparison.Ordinal);
        await ShouldBeAsFromTheStartAsync(batch);
    }

    [Fact]
    public async Task Export_ItsFilesAreGone_WritesEverythingAnew()
    {
        var batch = Settled();
        using var headStart = await BeginAsync(batch);
        File.Delete(_export.Folder[_export.Folder.Names[1]]);

        await FinishAsync(batch, headStart);

        await ShouldBeAsFromTheStartAsync(batch);
    }

    [Fact]
    public async Task Export_SourceIsGone_SaysSoAndLeavesNothing()
    {
        var batch = Settled();
        using var headStart = await BeginAsync(batch);
        batch.Sources.Remove(TestBatch.Blob);

        var exception = await Assert.ThrowsAsync<ExportException>(() => FinishAsync(batch, headStart));

        Assert.Contains("is gone from the store", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_export.Folder.Names);
    }

    [Fact]
    public async Task Export_AnotherWritesThere_SaysSoAndLeavesNothing()
    {
        var batch = Settled();
        using var headStart = await BeginAsync(batch);
        using (ExportFolder.Open(_export.Folder.Path))
            await Assert.ThrowsAsync<ExportException>(() => FinishAsync(batch, headStart));

        Assert.Empty(_export.Folder.Names);
    }

    [Fact]
    public async Task Export_ByHandToTheSameFolder_LeavesItAlone()
    {
        var batch = TestBatch.Csv(Rows, SliceSize);
        for (var row = 0; row < 1_000; row++)
            batch.Succeed(row);
        NoteSettledSlices(batch);
        using var headStart = await BeginAsync(batch);
        var written = headStart.Rows.Next.Index;

        Assert.False((await _export.ExportAsync(batch)).Complete);
        Assert.Equal(1_000, _export.Lines(ExportFileNames.Results).Length);

        for (var row = 1_000; row < Rows; row++)
            batch.Succeed(row);
        batch.Finish(BatchStatus.Completed);
        var reads = new List<long>();
        batch.Ledger.OnReadSettled = reads.Add;
        await FinishAsync(batch, headStart);
        Assert.Equal(written, reads[0]);
        await ShouldBeAsFromTheStartAsync(batch);
    }

    [Fact]
    public async Task Dispose_NotUsed_LeavesNothing()
    {
        using (await BeginAsync(Settled()))
            Assert.Equal(3, _export.Folder.Names.Count);

        Assert.Empty(_export.Folder.Names);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LeftoversOfADeadProcess_AreRemovedByWhoeverComesNext(bool export)
    {
        foreach (var name in RowFiles.Names)
            await File.WriteAllTextAsync(_export.Folder[ExportFileNames.Ahead(name, "dead")], "left over");
        await File.WriteAllTextAsync(_export.Folder[".notes.txt.ahead"], "somebody's");
        var batch = Settled();

        if (export)
            await _export.ExportAsync(batch);
        else
            (await BeginAsync(batch)).Dispose();

        Assert.DoesNotContain(_export.Folder.Names, name => name.Contains("dead", StringComparison.Ordinal));
        Assert.Contains(".notes.txt.ahead", _export.Folder.Names);
    }

    [Fact]
    public async Task Advance_DiskFailsAtAnyStep_CostsNothingButTheHeadStart()
    {
        for (var (failAt, failed) = (1, true); failed; failAt++)
        {
            var batch = Settled(output: $"\"{new string('x', 500)}\"");
            try
            {
                failed = false;
                using var headStart = await BeginAsync(batch, path => Faulty(ExportFolder.OpenUnlocked(path), failAt));
            }
            catch (Exception exception) when (ExportException.IsFileSystem(exception) || exception is ExportException)
            {
                failed = true;
            }
            Assert.True(failed || failAt > 10, "Not every step was made to fail.");
            Assert.DoesNotContain(_export.Folder.Names, name => name.EndsWith(".partial", StringComparison.Ordinal));

            Assert.True((await _export.ExportAsync(batch)).Complete);
            await ShouldBeAsFromTheStartAsync(batch);
        }
    }

    [Fact]
    public async Task Export_DiskFailsAtAnyStepOfGoingOn_BeginsAnew()
    {
        for (var (failAt, failed) = (1, true); failed; failAt++)
        {
            var batch = Settled();
            var folders = new List<FaultyFolder>();
            using var headStart = await BeginAsync(batch);

            var result = await Exporter(batch, path =>
            {
                folders.Add(Faulty(ExportFolder.Open(path), folders.Count == 0 ? failAt : int.MaxValue));
                return folders[^1];
            }).ExportAsync(batch.Id, _export.Folder.Path, null, headStart, CancellationToken.None);

            failed = folders.Count == 2;
            Assert.True(failed || failAt > 20, "Not every step was made to fail.");
            Assert.True(result.Complete);
            await ShouldBeAsFromTheStartAsync(batch);
        }
    }

    [Fact]
    public async Task Advance_AfterStop_WritesNothing()
    {
        var batch = Settled();
        using var headStart = Exporter(batch).BeginAhead(batch.State, MapperOf(batch));
        await headStart.StopAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LookAsync(headStart, batch));

        Assert.Equal(0, headStart.Rows.Next.Index);
    }

    private static IRowMapper MapperOf(TestBatch batch) => RowMapperFactory.Create(
        batch.State.Spec.Mapping, batch.State.Spec.Agents, batch.State.Spec.Source, [], agentNames: null).Mapper!;

    private static FaultyFolder Faulty(IExportFolder folder, int failAt) =>
        new(folder, failAt, () => new IOException("The disk is full.", 28));

    private static TestBatch Settled(int failed = -1, string output = "\"ok\"")
    {
        var batch = TestBatch.Csv(Rows, SliceSize);
        for (var row = 0; row < Rows; row++)
            if (row == failed)
                batch.Fail(row);
            else
                batch.Succeed(row, output);
        return batch.Finish(failed < 0 ? BatchStatus.Completed : BatchStatus.CompletedWithFailures);
    }

    private ResultExporter Exporter(
        TestBatch batch, Func<string, IExportFolder>? open = null, Func<string, IExportFolder>? openUnlocked = null)
    {
        batch.State.Output = _export.Folder.Path;
        return ExportFixture.Exporter(batch, open, openUnlocked);
    }

    /// <summary>A head start that has looked once.</summary>
    private async Task<HeadStart> BeginAsync(TestBatch batch, Func<string, IExportFolder>? openUnlocked = null)
    {
        var headStart = Exporter(batch, openUnlocked: openUnlocked).BeginAhead(batch.State, MapperOf(batch));
        try
        {
            await LookAsync(headStart, batch);
            Assert.InRange(headStart.Rows.Next.Index, 1, Rows);
            return headStart;
        }
        catch
        {
            headStart.Dispose();
            throw;
        }
    }

    private static async Task LookAsync(HeadStart headStart, TestBatch batch, bool breakOff = false)
    {
        using var cancellation = new CancellationTokenSource();
        try
        {
            await headStart.AdvanceAsync(
                batch.State, token => breakOff ? cancellation.CancelAsync() : Task.CompletedTask, cancellation.Token);
        }
        catch (OperationCanceledException) when (breakOff)
        {
            // It goes on the next time.
        }
    }

    private Task<ExportResult> FinishAsync(TestBatch batch, HeadStart headStart) =>
        Exporter(batch).ExportAsync(batch.Id, _export.Folder.Path, null, headStart, CancellationToken.None);

    private async Task ShouldBeAsFromTheStartAsync(TestBatch batch)
    {
        batch.Ledger.OnReadSettled = null;
        await _fromTheStart.ExportAsync(batch);
        Assert.Equal(_fromTheStart.Folder.Names, _export.Folder.Names);
        Assert.Contains(ExportFileNames.Manifest, _export.Folder.Names);
        foreach (var name in _export.Folder.Names)
            Assert.Equal(
                await File.ReadAllBytesAsync(_fromTheStart.Folder[name]), await File.ReadAllBytesAsync(_export.Folder[name]));
    }

    private static void SettleByChance(TestBatch batch, int row, Random random)
    {
        switch (random.Next(20))
        {
            case 0: batch.Fail(row, $"Cause {random.Next(5)} of row.", FailureKind.Timeout); break;
            case 1: batch.Reject(row); break;
            case 2: batch.Cancel(row); break;
            default: batch.Succeed(row, $"\"{new string('x', random.Next(600))}\"", durationMs: random.Next(500)); break;
        }
    }

    /// <summary>What the saga does when it is told.</summary>
    private static void NoteSettledSlices(TestBatch batch)
    {
        foreach (Slice slice in batch.Ledger.Slices.Values)
            if (slice.Pending.IsEmpty)
                batch.State.SettledSlices.Add(slice.Number);
    }
}
