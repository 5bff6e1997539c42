using System.Text.Json;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Results;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Results;

public sealed class UsageExportTests : IDisposable
{
    private readonly ExportFixture _export = new();

    public void Dispose() => _export.Dispose();

    [Fact]
    public async Task Export_RowsThatUsedSomething_HaveItInTheirLinesAndTheSummary()
    {
        var batch = TestBatch.Csv(4);
        batch.Succeed(0);
        batch.Fail(1);
        batch.Succeed(2);
        batch.Reject(3);
        Use(batch, 0, "verifier", new(new(1_000, 20, 0.25m)));
        Use(batch, 1, "verifier", new(new(500, 10, 0.10m), new(500, 0, 0.05m)));
        Use(batch, 2, "other", new(new(7, 1)));
        batch.Finish(BatchStatus.CompletedWithFailures);

        await _export.ExportAsync(batch);

        Assert.Equal(
            [
                """{"input_tokens":1000,"output_tokens":20,"cost_usd":0.25}""",
                """{"input_tokens":1000,"output_tokens":10,"cost_usd":0.15}""",
                """{"input_tokens":7,"output_tokens":1,"cost_usd":null}""",
                null,
            ],
            _export.Lines(ExportFileNames.Results).Select(line =>
                line.TryGetProperty("usage", out var usage) ? usage.GetRawText() : null));
        Assert.Equal(
            ["input_tokens,output_tokens,cost_usd", "1000,20,0.25", "1000,10,0.15", "7,1,", ",,"],
            _export.Text(ExportFileNames.Table).Split('\n')[..^1]
                .Select(record => string.Join(',', record.Split(',')[^3..])));
        Assert.Equal(
            """
            {"input_tokens":2007,"output_tokens":31,"cost_usd":0.40,"agents":[
            {"agent":"other","rows":1,"input_tokens":7,"output_tokens":1,"cost_usd":null},
            {"agent":"verifier","rows":2,"input_tokens":2000,"output_tokens":30,"cost_usd":0.40}]}
            """.ReplaceLineEndings(""),
            JsonSerializer.Serialize(_export.Json(ExportFileNames.Summary).GetProperty("usage")));
    }

    [Fact]
    public async Task Export_NothingUsed_SaysNothingOfIt()
    {
        await _export.ExportAsync(TestBatch.Csv(3).Complete());

        // The columns of the table are there before its first row is.
        foreach (var name in (string[])[ExportFileNames.Results, ExportFileNames.Summary])
            Assert.DoesNotContain("usage", _export.Text(name), StringComparison.Ordinal);
    }

    private static void Use(TestBatch batch, long row, string agent, ItemUsage usage)
    {
        var records = batch.Ledger.RecordsOf(batch.Id);
        records[row] = records[row] with { Agent = agent, Usage = usage };
    }
}
