using System.Net;
using System.Text;
using WorkerFleet.Agents;
using WorkerFleet.Api.Problems;
using WorkerFleet.Ledger;
using WorkerFleet.Results;
using WorkerFleet.Tests.Api.Dashboard;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api;

public sealed class ResultRoutesTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _gate = new();
    private ApiFixture _api = null!;

    public async Task InitializeAsync()
    {
        _api = await ApiFixture.StartAsync();
        _api.Agents.OnInvoke = async (call, cancellationToken) =>
        {
            if (call.Index == 5)
                await _gate.Task.WaitAsync(cancellationToken);
            return call.Index == 3 ? TestAgents.Fail(retryable: false, "=HYPERLINK(\"evil\")")
                : AgentReply.Succeed(Encoding.UTF8.GetBytes(
                    call.Index == 4 ? "\"=1+1\"" : call.Index == 2 ? "-7" : "\"fine\""));
        };
    }

    public async Task DisposeAsync()
    {
        _gate.TrySetResult();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task Results_OfABatchThatIsOver_AreTheLinesOfTheExportedFiles()
    {
        _gate.SetResult();
        var batch = await _api.SubmitAsync(40);
        await _api.EndsAsync(batch);
        var folder = Path.Combine(_api.Folder, "out");
        await _api.Get<ResultExporter>().ExportAsync(batch, folder, CancellationToken.None);

        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(folder, "results.jsonl")),
            await TextAsync(batch, "results"));
        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(folder, "failures.jsonl")),
            await TextAsync(batch, "failures?format=jsonl"));
        var summary = await _api.ReadAsync($"/api/v1/batches/{batch}/summary");
        Assert.Equal((true, 39), (
            summary.GetProperty("complete").GetBoolean(),
            summary.GetProperty("counts").GetProperty("succeeded").GetInt32()));
        Assert.Equal(summary.ToString(), (await _api.ReadAsync($"/api/v1/batches/{batch}/summary")).ToString());
    }

    [Fact]
    public async Task Summary_OfABatchThatExpectsAnswers_SaysHowManyAreRight()
    {
        _gate.SetResult();
        var batch = await _api.SubmitAsync(40, change: spec => spec with
        {
            Mapping = spec.Mapping with { ExpectedColumn = "n" },
        });
        await _api.EndsAsync(batch);

        var accuracy = (await _api.ReadAsync($"/api/v1/batches/{batch}/summary")).GetProperty("accuracy");

        Assert.Equal((40, 0, 39, 1), (
            accuracy.GetProperty("rows").GetInt32(), accuracy.GetProperty("correct").GetInt32(),
            accuracy.GetProperty("wrong").GetInt32(), accuracy.GetProperty("unanswered").GetInt32()));
        Assert.EndsWith(",0,false", (await TextAsync(batch, "results?format=csv")).Split('\n')[1], StringComparison.Ordinal);
        Assert.Contains("column n, compared with the output", await _api.Client.PageAsync($"/batches/{batch}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResultsAsCsv_HoldNoFormulaButAllNumbers()
    {
        _gate.SetResult();
        var batch = await _api.SubmitAsync(6);
        await _api.EndsAsync(batch);

        var lines = (await TextAsync(batch, "results?format=csv")).Split('\n');
        Assert.StartsWith("row,id,state,input.n,input.word,output,agent", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("4,w4,succeeded,4,w4,'=1+1,agent", lines[5], StringComparison.Ordinal);
        Assert.StartsWith("2,w2,succeeded,2,w2,-7,agent", lines[3], StringComparison.Ordinal);
        Assert.Contains("\"'=HYPERLINK(\"\"evil\"\")\"", lines[4].Replace(" "
            + "", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var failures = (await TextAsync(batch, "failures?format=csv"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, failures.Length);
    }

    [Fact]
    public async Task Results_OfABatchThatRuns_AreThoseSoFar()
    {
        var batch = await _api.SubmitAsync(10);
        await Eventually.HoldsAsync(
            () => _api.Get<ILedger>().CountAsync(batch, CancellationToken.None), counts => counts.Settled == 9);

        using var response = await _api.Client.GetAsync($"/api/v1/batches/{batch}/results");
        Assert.Equal("application/jsonl", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal($"results-{batch:N}.jsonl", response.Content.Headers.ContentDisposition?.FileName);
        Assert.Equal(9, (await response.Content.ReadAsStringAsync()).Count(c => c == '\n'));
        using var summary = await _api.Client.GetAsync($"/api/v1/batches/{batch}/summary");
        await ApiAssert.ProblemAsync(summary, HttpStatusCode.Conflict, ProblemTypes.Conflict);
    }

    [Fact]
    public async Task Results_InAFormatThatIsNot_Is400()
    {
        var batch = await _api.SubmitAsync(1);
        using var response = await _api.Client.GetAsync($"/api/v1/batches/{batch}/results?format=xls");

        var problem = await ApiAssert.ProblemAsync(response, HttpStatusCode.BadRequest, ProblemTypes.BadRequest);
        Assert.Contains("jsonl, csv", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private async Task<string> TextAsync(Guid batch, string path)
    {
        using var response = await _api.Client.GetAsync($"/api/v1/batches/{batch}/{path}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }
}
