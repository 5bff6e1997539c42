using System.Net;
using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Api.Problems;
using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api;

public sealed class ItemRoutesTests : IAsyncLifetime
{
    private const int Rows = 50;

    private readonly TaskCompletionSource _gate = new();
    private ApiFixture _api = null!;
    private Guid _batch;

    /// <summary>Row 7 and 33 fail, row 40 does not end until the gate opens; all others succeed.</summary>
    public async Task InitializeAsync()
    {
        _api = await ApiFixture.StartAsync();
        _api.Agents.OnInvoke = async (call, cancellationToken) =>
        {
            if (call.Index == 40)
                await _gate.Task.WaitAsync(cancellationToken);
            return call.Index is 7 or 33
                ? TestAgents.Fail(retryable: false, "The street is unknown.")
                : AgentReply.Succeed(System.Text.Encoding.UTF8.GetBytes($$"""{"answer":"Nr{{call.Index}}"}"""));
        };
        _batch = await _api.SubmitAsync(Rows);
        await Eventually.HoldsAsync(
            () => _api.Get<ILedger>().CountAsync(_batch, CancellationToken.None), counts => counts.Settled == Rows - 1);
    }

    public async Task DisposeAsync()
    {
        _gate.TrySetResult();
        await _api.DisposeAsync();
    }

    [Theory]
    [InlineData("", Rows)]
    [InlineData("state=succeeded", Rows - 3)]
    [InlineData("state=failed", 2)]
    [InlineData("state=pending", 1)]
    [InlineData("state=rejected", 0)]
    public async Task List_ByState_HasEachRowOnceInOrder(string filter, int expected)
    {
        foreach (var limit in (int[])[1, 7, 200])
        {
            var rows = await RowsAsync($"{filter}&limit={limit}");
            Assert.Equal(expected, rows.Count);
            Assert.Equal(rows.Distinct().Order(), rows);
        }
    }

    [Theory]
    [InlineData("text=street%20IS", new long[] { 7, 33 })]
    [InlineData("text=nr12", new long[] { 12 })]
    [InlineData("text=w40", new long[] { 40 })]
    [InlineData("text=w4&state=failed", new long[0])]
    [InlineData("text=w33&state=failed", new long[] { 33 })]
    [InlineData("id=w33", new long[] { 33 })]
    [InlineData("id=nobody", new long[0])]
    public async Task List_ByText_FindsIdInputOutputAndError(string filter, long[] expected) =>
        Assert.Equal(expected, await RowsAsync(filter));

    [Fact]
    public async Task List_Row_SaysWhatBecameOfIt()
    {
        var items = (await _api.ReadAsync($"{Path}?limit=40&cursor=&text=")).GetProperty("items");

        Assert.Equal("""{"answer":"Nr0"}""", items[0].GetProperty("output_preview").GetString());
        Assert.Equal(("w7", "failed", "The street is unknown."), (
            items[7].GetProperty("id").GetString(), items[7].GetProperty("state").GetString(),
            items[7].GetProperty("error").GetProperty("message").GetString()));
    }

    [Fact]
    public async Task List_RowsThatAreNotDispatched_ArePendingToo()
    {
        var batch = await _api.SubmitAsync(100, change: spec =>
            spec with { Limits = spec.Limits with { Concurrency = 1 } });
        await _api.Client.PostAsync($"/api/v1/batches/{batch}/pause", null);
        await _api.ComesToAsync(batch, state => state.CurrentState == BatchStatus.Paused);

        var all = await RowsAsync("limit=9", batch);
        Assert.Equal(Enumerable.Range(0, 100).Select(row => (long)row), all);
        var counts = await Eventually.HoldsAsync(
            () => _api.ReadAsync($"/api/v1/batches/{batch}/counts"),
            read => read.GetProperty("counts").GetProperty("pending").GetInt64() > 0);
        Assert.NotEmpty(await RowsAsync("state=pending", batch));
        Assert.Equal(100, counts.GetProperty("rows").GetInt64());
    }

    [Fact]
    public async Task Find_Row_HasInputOutputAndTimeline()
    {
        var item = await _api.ReadAsync($"{Path}/3");

        Assert.Contains("Look at 3", item.GetProperty("input").ToString(), StringComparison.Ordinal);
        Assert.Equal("Nr3", item.GetProperty("output").GetProperty("answer").GetString());
        Assert.Equal(
            ["AGENT_INVOCATION_STARTED", "AGENT_INVOCATION_SUCCEEDED"],
            item.GetProperty("events").EnumerateArray().Select(found => found.GetProperty("event").GetString()));
        Assert.Equal("pending", (await _api.ReadAsync($"{Path}/40")).GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("/50", HttpStatusCode.NotFound, ProblemTypes.NotFound, "the batch has 50 rows")]
    [InlineData("/-1", HttpStatusCode.BadRequest, ProblemTypes.BadRequest, "'-1' is no number of a row")]
    [InlineData("/w7", HttpStatusCode.BadRequest, ProblemTypes.BadRequest, "items?id=")]
    [InlineData("?state=lost", HttpStatusCode.BadRequest, ProblemTypes.BadRequest,
        "pending, succeeded, failed, rejected, cancelled")]
    public async Task Find_RowThatIsNot_SaysWhichThereAre(string path, HttpStatusCode status, string type, string part)
    {
        using var response = await _api.Client.GetAsync(Path + path);

        var problem = await ApiAssert.ProblemAsync(response, status, type);
        Assert.Contains(part, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private string Path => $"/api/v1/batches/{_batch}/items";

    private async Task<List<long>> RowsAsync(string filter, Guid? batch = null)
    {
        var path = $"/api/v1/batches/{batch ?? _batch}/items?{filter}";
        var rows = new List<long>();
        for (var next = path; ;)
        {
            JsonElement page = await _api.ReadAsync(next);
            rows.AddRange(page.GetProperty("items").EnumerateArray()
                .Select(item => item.GetProperty("row").GetInt64()));
            if (!page.TryGetProperty("next_cursor", out var cursor))
                return rows;
            next = $"{path}&cursor={cursor.GetString()}";
        }
    }
}
