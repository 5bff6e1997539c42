using WorkerFleet.Batches;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Results;

public sealed class ResultExporterTests : IDisposable
{
    private readonly ExportFixture _export = new();

    public void Dispose() => _export.Dispose();

    [Fact]
    public async Task Export_BatchWithEveryOutcome_WritesEveryFile()
    {
        var batch = TestBatch.Csv(5);
        batch.Succeed(0, """{"answer": 42,  "note": "a b"}""", itemId: "id-0");
        batch.Fail(1);
        batch.Reject(2);
        batch.Cancel(3);
        batch.Succeed(4, "\"said \\\"hi\\\", and left\"");
        batch.Finish(BatchStatus.CompletedWithFailures);

        var result = await _export.ExportAsync(batch);

        Assert.True(result.Complete);
        Assert.Equal(
            ["failures.jsonl", "manifest.json", "results.csv", "results.jsonl", "summary.json"], _export.Folder.Names);
    }
}
