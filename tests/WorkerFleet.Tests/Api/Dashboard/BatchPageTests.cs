using System.Net;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api.Dashboard;

public sealed class BatchPageTests : IAsyncLifetime
{
    private const string Hostile = "<img src=x onerror=alert(1)>";
    private const string Encoded = "&lt;img src=x onerror=alert(1)&gt;";

    private ApiFixture _api = null!;

    public async Task InitializeAsync() => _api = await ApiFixture.StartAsync();

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Batch_ThatIsOver_ShowsCountsCausesRowsAndDownloads()
    {
        var batch = await FailingAsync("The zip code is wrong.");

        var html = await Eventually.HoldsAsync(
            () => _api.Client.PageAsync($"/batches/{batch}"),
            page => page.Contains("Why rows fail", StringComparison.Ordinal));

        Assert.Contains("aria-label=\"19 succeeded, 1 failed\"", html, StringComparison.Ordinal);
        Assert.Contains($"href=\"/dead-letters?batch={batch}&amp;group=", html, StringComparison.Ordinal);
        Assert.Contains("The zip code is wrong.", html, StringComparison.Ordinal);
        Assert.Contains($"href=\"/batches/{batch}/items/2\"", html, StringComparison.Ordinal);
        Assert.Contains($"href=\"/api/v1/batches/{batch}/results?format=csv\"", html, StringComparison.Ordinal);
        Assert.Contains("Look at {{n}}", html, StringComparison.Ordinal);
        Assert.Contains("not reported", html, StringComparison.Ordinal);
        Assert.Contains("Run failed rows again", html, StringComparison.Ordinal);
        Assert.DoesNotContain("data-live=", html, StringComparison.Ordinal);
        Assert.DoesNotContain("/pause", html, StringComparison.Ordinal);
        Assert.DoesNotContain("accuracy", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_WhoseAgentTellsItsUsage_ShowsWhatItCost()
    {
        _api.Agents.Answer(_ => AgentReply.Succeed("1"u8.ToArray()) with { Usage = new(1_000, 20, 0.25m) });
        var batch = await _api.SubmitAsync(20);
        await _api.EndsAsync(batch);

        var html = await _api.Client.PageAsync($"/batches/{batch}");
        var json = await _api.ReadAsync($"/api/v1/batches/{batch}");
        var summary = await _api.ReadAsync($"/api/v1/batches/{batch}/summary");

        Assert.Matches("<dt>Cost</dt>\\s*<dd[^>]*>\\$5.00<", html);
        Assert.Contains("20,000 in, 400 out", html, StringComparison.Ordinal);
        Assert.DoesNotContain("not reported", html, StringComparison.Ordinal);
        Assert.Equal(5, json.GetProperty("batch").GetProperty("usage").GetProperty("cost_usd").GetDecimal());
        Assert.Equal(20_000, summary.GetProperty("usage").GetProperty("input_tokens").GetInt64());
    }

    [Fact]
    public async Task Batch_ThatRuns_ShowsItsCostSoFarAndWhatAllRowsWillCost()
    {
        _api.Agents.OnInvoke = async (call, cancellationToken) =>
        {
            if (call.Index >= 5)
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            return AgentReply.Succeed("1"u8.ToArray()) with { Usage = new(1_000, 20, 0.25m) };
        };
        var batch = await _api.SubmitAsync(20);

        var html = await Eventually.HoldsAsync(
            () => _api.Client.PageAsync($"/batches/{batch}"),
            page => page.Contains(">$1.25<", StringComparison.Ordinal));

        Assert.Matches("<dt>Cost so far</dt>\\s*<dd data-bind=\"usage.cost_usd\" data-as=\"usd\">\\$1.25<", html);
        Assert.Matches("data-bind=\"projected_cost_usd\" data-as=\"usd\">\\$5.00<", html);
    }

    [Fact]
    public async Task Batch_ThatRuns_IsLiveAndCanBeControlledByWhoMay()
    {
        var batch = await WaitingAsync();
        using var reader = _api.As("ann", "read");

        var html = await _api.Client.PageAsync($"/batches/{batch}");
        var onlyRead = await reader.PageAsync($"/batches/{batch}");

        foreach (var part in (string[])["pause", "cancel", "limits"])
        {
            Assert.Contains($"/api/v1/batches/{batch}/{part}\"", html, StringComparison.Ordinal);
            Assert.DoesNotContain($"/api/v1/batches/{batch}/{part}\"", onlyRead, StringComparison.Ordinal);
        }

        Assert.Contains($"data-live=\"/api/v1/batches/{batch}/live\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("/resume\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_ThatIsPaused_CanBeResumed()
    {
        var batch = await WaitingAsync();
        await _api.Get<BatchController>().PauseAsync(batch, CancellationToken.None);
        await _api.ComesToAsync(batch, state => state.CurrentState == BatchStatus.Paused);

        var html = await _api.Client.PageAsync($"/batches/{batch}");

        Assert.Contains($"POST /api/v1/batches/{batch}/resume\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain($"POST /api/v1/batches/{batch}/pause\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_WithTextOfAttackers_ShowsItAsText()
    {
        var batch = await FailingAsync(Hostile, spec => spec with
        {
            Name = Hostile, Mapping = spec.Mapping with { Prompt = Hostile },
        });

        var html = await Eventually.HoldsAsync(
            () => _api.Client.PageAsync($"/batches/{batch}?text={Uri.EscapeDataString(Hostile)}"),
            page => page.Contains("Why rows fail", StringComparison.Ordinal));

        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        // Name (title, heading), prompt, cause and its title, error of the row, and what was searched for.
        Assert.True(html.Split(Encoded).Length > 6, html);
    }

    [Theory]
    [InlineData("?state=failed", "items/2\"", "items/1\"")]
    [InlineData("?id=w7", "items/7\"", "items/2\"")]
    [InlineData("?text=zip", "items/2\"", "items/1\"")]
    public async Task Batch_SearchOfRows_ShowsThoseThatFit(string query, string shown, string left)
    {
        var batch = await FailingAsync("The zip code is wrong.");

        var html = await _api.Client.PageAsync($"/batches/{batch}{query}");

        Assert.Contains(shown, html, StringComparison.Ordinal);
        Assert.DoesNotContain(left, html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_ManyRows_ComeInPages()
    {
        var batch = await _api.SubmitAsync(60);
        await _api.EndsAsync(batch);

        var html = await _api.Client.PageAsync($"/batches/{batch}?state=succeeded");
        var next = WebUtility.HtmlDecode(html.Split("class=\"pager\"")[1].Split("href=\"")[1].Split('"')[0]);
        var second = await _api.Client.PageAsync(next);

        Assert.Contains("items/24\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("items/25\"", html, StringComparison.Ordinal);
        Assert.Contains("items/25\"", second, StringComparison.Ordinal);
        Assert.DoesNotContain("items/24\"", second, StringComparison.Ordinal);
        Assert.Contains($"href=\"/batches/{batch}?state=succeeded\"", second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_OfAnotherOwnerOrNone_Is404AsAPage()
    {
        var batch = await _api.SubmitAsync(1, "ann");
        using var bob = _api.As("bob", "read");

        var others = await bob.PageAsync($"/batches/{batch}", HttpStatusCode.NotFound);
        var none = await bob.PageAsync($"/batches/{Guid.Empty}", HttpStatusCode.NotFound);

        Assert.Contains("There is no batch", others, StringComparison.Ordinal);
        Assert.Equal(others.Replace(batch.ToString(), "", StringComparison.Ordinal),
            none.Replace(Guid.Empty.ToString(), "", StringComparison.Ordinal));
    }

    private async Task<Guid> FailingAsync(string message, Func<BatchSpec, BatchSpec>? change = null)
    {
        _api.Agents.Answer(call => call.Index == 2
            ? TestAgents.Fail(retryable: false, message) : AgentReply.Succeed("1"u8.ToArray()));
        var batch = await _api.SubmitAsync(20, "ann", change);
        await _api.EndsAsync(batch);
        return batch;
    }

    /// <summary>A batch whose rows are never answered.</summary>
    private async Task<Guid> WaitingAsync()
    {
        _api.Agents.OnInvoke = async (_, cancellationToken) =>
        {
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            return AgentReply.Succeed("1"u8.ToArray());
        };
        var batch = await _api.SubmitAsync(4);
        await _api.ComesToAsync(batch, state => state.CurrentState == BatchStatus.Processing);
        return batch;
    }
}
