using System.Net;
using System.Text;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api.Dashboard;

public sealed class ItemPageTests : IAsyncLifetime
{
    private const string Hostile = "<script>alert(1)</script>\"'&";

    private ApiFixture _api = null!;
    private Guid _batch;

    /// <summary>Row 1 fails for good at its second attempt; row 2 answers a lot; the others what is hostile.</summary>
    public async Task InitializeAsync()
    {
        _api = await ApiFixture.StartAsync();
        _api.Agents.Answer(call => call.Index switch
        {
            1 => TestAgents.Fail(retryable: call.Attempt == 1, call.Attempt == 1 ? "Busy." : Hostile),
            2 => AgentReply.Succeed(Encoding.UTF8.GetBytes(
                $"{{\"text\": \"{new string('x', 40_000)}\", \"end\": \"fin\"}}")),
            _ => AgentReply.Succeed("""{"answer": "<script>alert(2)</script>"}"""u8.ToArray()),
        });
        _batch = await _api.SubmitAsync(4, "ann", spec => spec with
        {
            Name = Hostile, Mapping = spec.Mapping with { Prompt = "<b>Look</b> at {{n}}" },
        });
        await _api.EndsAsync(_batch);
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Item_Succeeded_ShowsInputOutputAndWhereItIs()
    {
        var html = await _api.Client.PageAsync(Path(3));

        Assert.Contains("w3", html, StringComparison.Ordinal);
        Assert.Contains("at 3", html, StringComparison.Ordinal);
        Assert.Contains("answer", html, StringComparison.Ordinal);
        Assert.Contains("Attempt 1 succeeded", html, StringComparison.Ordinal);
        Assert.Contains(ItemSession.ForAttempt(_batch, 3, 1), html, StringComparison.Ordinal);
        Assert.Matches("Trace</dt>\\s*<dd><span[^>]*>[0-9a-f]{32}<", html);
        Assert.Contains($"href=\"{Path(2)}\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain($"href=\"{Path(4)}\"", html, StringComparison.Ordinal);
        Assert.Empty(FormAssert.Sends(html));
        Assert.DoesNotContain("data-live", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Item_Failed_ShowsBothAttemptsTheErrorAndCanRunAgain()
    {
        var html = await _api.Client.PageAsync(Path(1));

        foreach (var part in (string[])
            ["Attempt 1 failed", "unavailable: Busy.", "Attempt 2 failed", "invalid input", "waited", "call took"])
            Assert.Contains(part, html, StringComparison.Ordinal);
        Assert.Contains($"/dead-letters?batch={_batch}", html, StringComparison.Ordinal);
        Assert.Equal([$"POST /api/v1/batches/{_batch}/replay rows=1"], FormAssert.Sends(html));
        FormAssert.AreReachable(html);
    }

    [Fact]
    public async Task Item_WhoseAgentTellsItsUsage_ShowsItOfEachAttemptAndInAll()
    {
        _api.Agents.Answer(call => call.Attempt == 1
            ? AgentReply.Fail(new(FailureKind.Unavailable, "Busy.", true, MayHaveRun: true)) with { Usage = new(1_000, 0, 0.25m) }
            : AgentReply.Succeed("1"u8.ToArray()) with { Usage = new(2_000, 30, 0.5m) });
        var batch = await _api.SubmitAsync(1);
        await _api.EndsAsync(batch);

        var html = WebUtility.HtmlDecode(await _api.Client.PageAsync($"/batches/{batch}/items/0"));
        var json = await _api.ReadAsync($"/api/v1/batches/{batch}/items/0");

        foreach (var part in (string[])
            ["$0.25 · 1,000 in, 0 out tokens", "$0.5 · 2,000 in, 30 out tokens", ">$0.75<", ">3,000 in, 30 out<"])
            Assert.Contains(part, html, StringComparison.Ordinal);
        Assert.Equal(0.75m, json.GetProperty("usage").GetProperty("cost_usd").GetDecimal());
    }

    [Fact]
    public async Task Item_RunAgain_TellsTheReplayAsAnotherRound()
    {
        _api.Agents.Answer(_ => AgentReply.Succeed("1"u8.ToArray()));
        using var response = await _api.Client.PostAsync($"/api/v1/batches/{_batch}/replay", """{"rows": [1]}""");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        await _api.EndsAsync(_batch, round: 1);

        var html = await _api.Client.PageAsync(Path(1));

        foreach (var part in (string[])["First run", "Replay 1", "Attempt 3 succeeded"])
            Assert.Contains(part, html, StringComparison.Ordinal);
        Assert.Empty(FormAssert.Sends(html));
    }

    [Fact]
    public async Task Item_WithoutScopeToOperate_HasNoForm()
    {
        using var ann = _api.As("ann", "read");

        Assert.Empty(FormAssert.Sends(await ann.PageAsync(Path(1))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Item_HostileText_IsShownAsText(int row)
    {
        var html = await _api.Client.PageAsync(Path(row));

        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>Look", html, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;Look", html, StringComparison.Ordinal);
        Assert.Contains(row == 0 ? "&lt;script&gt;alert(2)" : "&lt;script&gt;alert(1)", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Item_LargeOutput_IsCutAndTheApiHasAllOfIt()
    {
        var html = await _api.Client.PageAsync(Path(2));

        Assert.True(html.Length < 40_000, $"{html.Length}");
        Assert.Contains($"href=\"/api/v1{Path(2)}\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("fin", html[html.IndexOf("<pre", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Item_NotSettledYet_FollowsItsBatch()
    {
        var release = new TaskCompletionSource();
        _api.Agents.OnInvoke = async (_, cancellationToken) =>
        {
            await release.Task.WaitAsync(cancellationToken);
            return AgentReply.Succeed("1"u8.ToArray());
        };
        var batch = await _api.SubmitAsync(1);
        await _api.ComesToAsync(batch, state => state.CurrentState == BatchStatus.Processing);

        var html = await Eventually.HoldsAsync(
            () => _api.Client.PageAsync($"/batches/{batch}/items/0"),
            page => page.Contains("Attempt 1 started", StringComparison.Ordinal));

        Assert.Contains($"data-live=\"/api/v1/batches/{batch}/live\"", html, StringComparison.Ordinal);
        release.SetResult();
        await _api.EndsAsync(batch);
    }

    [Theory]
    [InlineData("BATCH/items/4", HttpStatusCode.NotFound, "numbered from 0")]
    [InlineData("BATCH/items/w1", HttpStatusCode.BadRequest, "no number of a row")]
    [InlineData("0197a3c2-51f0-7000-8000-000000000000/items/0", HttpStatusCode.NotFound, "There is no batch")]
    [InlineData("17/items/0", HttpStatusCode.BadRequest, "no id of a batch")]
    public async Task Item_ThatIsNot_SaysSo(string path, HttpStatusCode status, string part)
    {
        var html = await _api.Client.PageAsync(
            "/batches/" + path.Replace("BATCH", $"{_batch}", StringComparison.Ordinal), status);

        Assert.Contains(part, html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Item_OfAnotherOwner_IsNotThere()
    {
        using var bob = _api.As("bob", "read", "operate");

        await bob.PageAsync(Path(1), HttpStatusCode.NotFound);
    }

    private string Path(int row) => $"/batches/{_batch}/items/{row}";
}
