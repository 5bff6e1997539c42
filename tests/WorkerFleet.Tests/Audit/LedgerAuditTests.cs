using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Results;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Tests.Results;

namespace WorkerFleet.Tests.Audit;

public sealed class LedgerAuditTests : IDisposable
{
    private readonly ExportFixture _export = new();

    public void Dispose() => _export.Dispose();

    [Fact]
    public async Task Audit_CompletedBatch_Passes()
    {
        var report = await AuditAsync(TestBatch.Csv(10).Complete());

        Assert.True(report.Passed, Text(report));
        Assert.Equal(10, report.RowsIn);
        Assert.Equal(new ItemCounts(0, 10, 0, 0, 0), report.Counts);
        Assert.Contains(report.Checks, check => check.Name == "The batch is over, and no row of it is pending.");
    }

    [Fact]
    public async Task Audit_RunningBatch_PassesAndCountsUndispatchedRowsAsPending()
    {
        var batch = TestBatch.Csv(10, sliceSize: 4, dispatchedRows: 8);
        batch.Succeed(0);
        batch.Fail(1);
        batch.Reject(2);
        batch.Cancel(7);

        var report = await AuditAsync(batch);

        Assert.True(report.Passed, Text(report));
        Assert.Equal(new ItemCounts(6, 1, 1, 1, 1), report.Counts);
        Assert.Contains(report.Checks, check => check.Detail == "8 + 2 = 10.");
    }

    [Fact]
    public async Task Audit_ManySlices_ReadsAllPages()
    {
        var report = await AuditAsync(TestBatch.Csv(600, sliceSize: 4).Complete());

        Assert.True(report.Passed, Text(report));
        Assert.Equal(600, report.Counts.Succeeded);
    }

    [Fact]
    public async Task Audit_UnknownBatch_Throws() => await Assert.ThrowsAsync<KeyNotFoundException>(
        () => Audit(TestBatch.Csv(1)).AuditAsync(Guid.Empty, CancellationToken.None));

    [Fact]
    public async Task Audit_SourceLostARow_SaysSo()
    {
        var batch = TestBatch.Csv(10).Complete();
        batch.Sources.Put(TestBatch.Blob, [.. batch.Rows.SkipLast(1)]);

        await AssertFailsAsync(batch, "9 rows were counted anew; 10 were submitted.");
    }

    [Fact]
    public async Task Audit_SourceIsGone_SaysSoAndGoesOn()
    {
        var batch = TestBatch.Csv(10).Complete();
        batch.Sources.Remove(TestBatch.Blob);

        var report = await AuditAsync(batch);

        var failed = Assert.Single(report.Checks, check => !check.Passed);
        Assert.Contains("gone from the store", failed.Detail, StringComparison.Ordinal);
        Assert.Equal(10, report.Counts.Succeeded);
    }

    [Fact]
    public async Task Audit_SliceLiesElsewhereInTheSource_NamesIt()
    {
        var batch = TestBatch.Csv(10).Complete();
        Change(batch, 1, slice => slice with { Start = slice.Start with { ByteOffset = slice.Start.ByteOffset + 1 } });

        const string Place = "Slice 1 begins at row 4 (byte 46, line 6)";
        await AssertFailsAsync(batch, Place + "; the source is at row 4 (byte 45, line 6).");
        await AssertFailsAsync(batch, Place + ", not at row 4 (byte 45, line 6).");
    }

    [Fact]
    public async Task Audit_SliceIsMissing_NamesTheGap()
    {
        var batch = TestBatch.Csv(12).Complete();
        batch.Ledger.Slices.Remove((batch.Id, 1));

        await AssertFailsAsync(batch, "After slice 0 comes slice 2.");
    }

    [Fact]
    public async Task Audit_FirstSliceIsMissing_NamesTheGap()
    {
        var batch = TestBatch.Csv(12).Complete();
        batch.Ledger.Slices.Remove((batch.Id, 0));

        await AssertFailsAsync(batch, "After slice -1 comes slice 1.");
    }

    [Fact]
    public async Task Audit_LastSliceIsMissing_MissesItsRows()
    {
        var batch = TestBatch.Csv(12).Complete();
        batch.Ledger.Slices.Remove((batch.Id, 2));

        await AssertFailsAsync(batch, "4 rows lie in no slice although the batch takes all for dispatched.");
    }

    [Fact]
    public async Task Audit_SlicesHoldMoreRowsThanTheSource_SaysSo()
    {
        var batch = TestBatch.Csv(12).Complete();
        batch.State.TotalRows = 11;

        await AssertFailsAsync(batch, "12 rows lie in slices, more than the 11 rows in.");
    }

    [Fact]
    public async Task Audit_CountsDisagreeWithPendingRows_NamesTheSlice()
    {
        var batch = TestBatch.Csv(12).Complete();
        Change(batch, 2, slice => slice with { Pending = RowSet.Full(1) });

        await AssertFailsAsync(batch, "Slice 2 has 1 pending rows; it counts 0.");
    }

    [Fact]
    public async Task Audit_CountsDoNotAddUp_NamesTheSlice()
    {
        var batch = TestBatch.Csv(12).Complete();
        Change(batch, 2, slice => slice with { Counts = slice.Counts with { Succeeded = 5 } });

        await AssertFailsAsync(batch, "Slice 2 has 4 rows; its counts add up to 5.");
    }

    [Fact]
    public async Task Audit_RecordHasAnotherState_NamesTheSlice()
    {
        var batch = TestBatch.Csv(12).Complete();
        var records = batch.Ledger.RecordsOf(batch.Id);
        records[5] = records[5] with { State = ItemState.Failed };

        await AssertFailsAsync(
            batch,
            "The records of slice 1 are 0 pending, 3 succeeded, 1 failed, 0 rejected, 0 cancelled; it counts 0 pending, "
            + "4 succeeded, 0 failed, 0 rejected, 0 cancelled.");
    }

    [Fact]
    public async Task Audit_SettledRowWithoutRecord_NamesTheRow()
    {
        var batch = TestBatch.Csv(12).Complete();
        batch.Ledger.RecordsOf(batch.Id).Remove(5);

        await AssertFailsAsync(batch, "Row 5 of slice 1 is settled but has no record.");
    }

    [Fact]
    public async Task Audit_RecordOfAnotherRowThanThePendingBits_NamesTheRow()
    {
        var batch = TestBatch.Csv(4);
        batch.Succeed(0);
        var pending = RowSet.Full(4);
        pending.Remove(2);
        Change(batch, 0, slice => slice with { Pending = pending });

        await AssertFailsAsync(batch, "Row 0 of slice 0 is pending but has a record.");
    }

    [Fact]
    public async Task Audit_RowsUsedWhatTheirSliceHas_Passes()
    {
        var batch = TestBatch.Csv(12).Complete();
        Use(batch, 5, new(new AgentUsage(100, 20, 0.5m), Before: new AgentUsage(10, 2, 0.25m)));
        Use(batch, 6, new(new AgentUsage(1, 1)));
        Change(batch, 1, slice => slice with { Usage = new AgentUsage(111, 23, 0.75m) });

        var report = await AuditAsync(batch);

        Assert.True(report.Passed, Text(report));
        Assert.Contains(report.Checks, check => check.Detail == "111 tokens in, 23 out, 0.75 USD.");
    }

    /// <summary>Agents without a price: stores keep a sum of 0 as none.</summary>
    [Fact]
    public async Task Audit_RowsCostNothing_Passes()
    {
        var batch = TestBatch.Csv(4).Complete();
        Use(batch, 0, new(new AgentUsage(100, 20, 0m)));
        Change(batch, 0, slice => slice with { Usage = AgentUsage.FromNanos(100, 20, 0) });

        var report = await AuditAsync(batch);

        Assert.True(report.Passed, Text(report));
    }

    [Fact]
    public async Task Audit_RowsUsedAnotherSumThanTheirSliceHas_NamesTheSlice()
    {
        var batch = TestBatch.Csv(12).Complete();
        Use(batch, 5, new(new AgentUsage(100, 20, 0.5m)));
        Change(batch, 1, slice => slice with { Usage = new AgentUsage(100, 20, 0.4m) });

        await AssertFailsAsync(
            batch, "The rows of slice 1 used 100 tokens in, 20 out, 0.5 USD; the slice has 100 tokens in, 20 out, 0.4 USD.");
    }

    /// <summary>What a row used before it was run again is in the slice, while the row has no record.</summary>
    [Theory]
    [InlineData(90, true)]
    [InlineData(110, false)]
    public async Task Audit_RowsOfAPendingSlice_UsedNoMoreThanItHas(long used, bool passes)
    {
        var batch = TestBatch.Csv(4);
        batch.Succeed(0);
        Use(batch, 0, new(new AgentUsage(used, 0)));
        Change(batch, 0, slice => slice with { Usage = new AgentUsage(100, 0) });

        var report = await AuditAsync(batch);

        Assert.True(report.Passed == passes, Text(report));
    }

    [Fact]
    public async Task Audit_BatchTakesAPendingSliceForSettled_NamesIt()
    {
        var batch = TestBatch.Csv(8);
        batch.State.SettledSlices.Add(1);

        await AssertFailsAsync(batch, "Slice 1 has 4 pending rows.");
    }

    [Fact]
    public async Task Audit_BatchTakesAMissingSliceForSettled_NamesIt()
    {
        var batch = TestBatch.Csv(8);
        batch.State.SettledSlices.Add(7);

        await AssertFailsAsync(batch, "Slice 7 counts as settled but does not exist.");
    }

    [Fact]
    public async Task Audit_ReplayReopensASettledSliceMeanwhile_Passes()
    {
        var batch = TestBatch.Csv(8);
        for (var i = 0; i < 8; i++)
            batch.Fail(i);
        batch.Finish(BatchStatus.CompletedWithFailures);
        var snapshot = new SnapshotBatchStore();
        await snapshot.InsertAsync(batch.State, CancellationToken.None);
        batch.Ledger.OnCountRecords = _ =>
        {
            batch.Ledger.OnCountRecords = null;
            batch.State.Round = 1;
            batch.State.CurrentState = BatchStatus.Processing;
            var updated = snapshot.UpdateAsync(batch.State, batch.State.Version, CancellationToken.None);
            var reopened = batch.Ledger.ReopenAsync(batch.Id, 0, [1, 2], 1, CancellationToken.None);
            Assert.True(updated.IsCompletedSuccessfully && reopened.IsCompletedSuccessfully);
        };

        var report = await new LedgerAudit(snapshot, batch.Ledger, batch.Sources, ExportLocations.Local)
            .AuditAsync(batch.Id, CancellationToken.None);

        Assert.True(report.Passed, Text(report));
        Assert.Equal(2, report.Counts.Pending);
    }

    [Fact]
    public async Task Audit_RowsSettleWhileTheirSliceIsRead_Passes()
    {
        var batch = TestBatch.Csv(12);
        var next = 0;
        batch.Ledger.OnCountRecords = _ =>
        {
            if (next < 12)
                batch.Succeed(next++);
        };

        var report = await AuditAsync(batch);

        Assert.True(report.Passed, Text(report));
    }

    [Fact]
    public async Task Audit_OverWithPendingRows_SaysHowMany()
    {
        var batch = TestBatch.Csv(8);
        batch.Succeed(0);
        batch.State.CurrentState = BatchStatus.Completed;

        await AssertFailsAsync(batch, "7 rows are pending.");
    }

    [Fact]
    public async Task Audit_ExportedBatch_ComparesTheFiles()
    {
        var report = await AuditAsync(await ExportedAsync());

        Assert.True(report.Passed, Text(report));
        Assert.Contains(report.Checks, check => check.Detail == $"4 files in {_export.Folder.Path}.");
    }

    [Theory]
    [InlineData(ExportFileNames.Results, true, "has the SHA-256")]
    [InlineData(ExportFileNames.Table, false, "bytes, the manifest says")]
    public async Task Audit_ExportedFileWasChanged_NamesIt(string name, bool keepLength, string expected)
    {
        var batch = await ExportedAsync();
        var text = _export.Text(name);
        await File.WriteAllTextAsync(_export.Folder[name], keepLength ? text.Replace("ok", "no") : text + "x");

        var detail = await AssertFailsAsync(batch, expected);
        Assert.Contains(name, detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_ExportedFileIsMissing_NamesIt()
    {
        var batch = await ExportedAsync();
        File.Delete(_export.Folder[ExportFileNames.Failures]);

        await AssertFailsAsync(batch, "failures.jsonl is missing.");
    }

    [Fact]
    public async Task Audit_ManifestIsMissing_SaysThatTheExportIsIncomplete()
    {
        var batch = await ExportedAsync();
        File.Delete(_export.Folder[ExportFileNames.Manifest]);

        await AssertFailsAsync(batch, "the export is incomplete");
    }

    [Fact]
    public async Task Audit_ManifestCannotBeRead_SaysSo()
    {
        var batch = await ExportedAsync();
        await File.WriteAllTextAsync(_export.Folder[ExportFileNames.Manifest], "{");

        await AssertFailsAsync(batch, "cannot be read");
    }

    [Fact]
    public async Task Audit_ManifestCountsOtherwise_SaysSo()
    {
        var batch = await ExportedAsync();
        var path = _export.Folder[ExportFileNames.Manifest];
        var text = _export.Text(ExportFileNames.Manifest);
        await File.WriteAllTextAsync(path, text.Replace("\"failed\": 0", "\"failed\": 1"));

        await AssertFailsAsync(batch, "The manifest in");
    }

    [Fact]
    public async Task Audit_ExportWasTakenAway_Passes()
    {
        var batch = await ExportedAsync();
        foreach (var name in _export.Folder.Names)
            File.Delete(_export.Folder[name]);

        var report = await AuditAsync(batch);

        Assert.True(report.Passed, Text(report));
        Assert.Contains("holds no export", report.Checks[^1].Detail, StringComparison.Ordinal);
    }

    private static void Use(TestBatch batch, long row, ItemUsage usage)
    {
        var records = batch.Ledger.RecordsOf(batch.Id);
        records[row] = records[row] with { Usage = usage };
    }

    private static LedgerAudit Audit(TestBatch batch) => new(batch.Store, batch.Ledger, batch.Sources, ExportLocations.Local);

    private static Task<AuditReport> AuditAsync(TestBatch batch) =>
        Audit(batch).AuditAsync(batch.Id, CancellationToken.None);

    private static async Task<string> AssertFailsAsync(TestBatch batch, string expected)
    {
        var report = await AuditAsync(batch);

        Assert.False(report.Passed);
        var details = report.Checks.Where(check => !check.Passed).Select(check => check.Detail).ToList();
        return Assert.Single(details, detail => detail.Contains(expected, StringComparison.Ordinal));
    }

    private static void Change(TestBatch batch, int number, Func<Slice, Slice> change) =>
        batch.Ledger.Slices[(batch.Id, number)] = change(batch.Ledger.Slices[(batch.Id, number)]);

    private static string Text(AuditReport report) => string.Join("; ", report.Checks);

    private async Task<TestBatch> ExportedAsync()
    {
        var batch = TestBatch.Csv(10).Complete();
        batch.State.Output = _export.Folder.Path;
        await _export.ExportAsync(batch);
        return batch;
    }
}
