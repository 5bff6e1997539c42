using System.Net;
using System.Text.RegularExpressions;
using WorkerFleet.Agents;
using WorkerFleet.DeadLetters;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api.Dashboard;

public sealed partial class DeadLettersPageTests : IAsyncLifetime
{
    private const string Hostile = "The <script>alert(1)</script> is unknown.";

    private ApiFixture _api = null!;
    private Guid _first;
    private Guid _second;
    private Guid _bobs;

    /// <summary>Even rows fail: of ann's batches those of 0 to 5, by two causes; of bob's, of 0 to 69.</summary>
    public async Task InitializeAsync()
    {
        _api = await ApiFixture.StartAsync();
        _api.Agents.Answer(call => call.Index % 2 == 0
            ? TestAgents.Fail(retryable: false, call.Index == 4 ? "The zip code is wrong." : Hostile)
            : AgentReply.Succeed("1"u8.ToArray()));
        _first = await FailedAsync(6, "ann", 3);
        _second = await FailedAsync(6, "ann", 3);
        _bobs = await FailedAsync(120, "bob", 60);
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task DeadLetters_None_SaysWhatTheyAre()
    {
        using var eve = _api.As("eve", "read", "operate");

        var html = await eve.PageAsync("/dead-letters");

        Assert.Contains("No open failures", html, StringComparison.Ordinal);
        Assert.Contains("state=archived", html, StringComparison.Ordinal);
        Assert.Empty(FormAssert.Sends(html));
    }

    [Fact]
    public async Task DeadLetters_OfAllBatches_AreGroupedByCause()
    {
        using var ann = _api.As("ann", "read", "operate");

        var html = await ann.PageAsync("/dead-letters");

        Assert.Equal(["4", "2"], Numbers().Matches(html).Select(match => match.Groups[1].Value));
        Assert.Contains("The &lt;script&gt;alert(1)&lt;/script&gt; is unknown.", html, StringComparison.Ordinal);
        Assert.Contains(TestAgents.Name, html, StringComparison.Ordinal);
        Assert.Equal(2 + (2 * 2), FormAssert.Sends(html).Count);
        Assert.Contains("POST /api/v1/dead-letters/replay all=true", FormAssert.Sends(html));
        FormAssert.AreReachable(html);
    }

    [Fact]
    public async Task DeadLetters_OfOneBatch_AreItsOwnAndSoAreItsButtons()
    {
        var html = await _api.Client.PageAsync($"/dead-letters?batch={_first}");

        Assert.Equal(["2", "1"], Numbers().Matches(html).Select(match => match.Groups[1].Value));
        Assert.All(FormAssert.Sends(html), form => Assert.Contains($"batch={_first}", form, StringComparison.Ordinal));
    }

    [Fact]
    public async Task DeadLetters_OfACause_AreItsRowsAcrossBatches()
    {
        using var ann = _api.As("ann", "read", "operate");
        var group = await GroupAsync("The zip code is wrong.");

        var html = await ann.PageAsync($"/dead-letters?group={group}");

        Assert.Equal([$"{_second}/items/4", $"{_first}/items/4"], Items(html));
        Assert.Contains("2 open", html, StringComparison.Ordinal);
        Assert.Equal(
            [
                $"POST /api/v1/dead-letters/replay group={group}", $"POST /api/v1/dead-letters/archive group={group}",
                $"POST /api/v1/dead-letters/replay batch={_second} rows=4",
                $"POST /api/v1/dead-letters/archive batch={_second} rows=4",
                $"POST /api/v1/dead-letters/replay batch={_first} rows=4",
                $"POST /api/v1/dead-letters/archive batch={_first} rows=4",
            ],
            FormAssert.Sends(html));
    }

    [Fact]
    public async Task DeadLetters_MoreThanAPage_AreReachedByItsLinks()
    {
        using var bob = _api.As("bob", "read");
        var seen = new List<string>();
        for (var next = $"/dead-letters?rows=true&batch={_bobs}"; next is not null;)
        {
            var html = await bob.PageAsync(next);
            seen.AddRange(Items(html));
            next = Next().Match(html) is { Success: true } link ? WebUtility.HtmlDecode(link.Groups[1].Value) : null;
            Assert.Empty(FormAssert.Sends(html));
        }

        Assert.Equal(Enumerable.Range(0, 60).Select(row => $"{_bobs}/items/{2 * row}"), seen);
    }

    [Fact]
    public async Task DeadLetters_Archived_AreShownWhenAskedForAndCanBeOpenedAgain()
    {
        await _api.Get<LetterArchive>().ArchiveAsync(new(_first, [2]), 10, CancellationToken.None);
        using var ann = _api.As("ann", "read", "operate");

        var open = await ann.PageAsync("/dead-letters");
        var archived = await ann.PageAsync("/dead-letters?state=archived");

        Assert.Equal(["3", "2"], Numbers().Matches(open).Select(match => match.Groups[1].Value));
        Assert.Equal([$"{_first}/items/2"], Items(archived));
        Assert.Equal(
            [
                "POST /api/v1/dead-letters/unarchive all=true",
                $"POST /api/v1/dead-letters/replay batch={_first} rows=2",
                $"POST /api/v1/dead-letters/unarchive batch={_first} rows=2",
            ],
            FormAssert.Sends(archived));
        Assert.Contains("No failure here fits", await ann.PageAsync("/dead-letters?state=replayed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeadLetters_WithoutScopeToOperate_HaveNoForms()
    {
        using var ann = _api.As("ann", "read");

        Assert.Empty(FormAssert.Sends(await ann.PageAsync("/dead-letters")));
        Assert.Empty(FormAssert.Sends(await ann.PageAsync("/dead-letters?rows=true")));
    }

    [Theory]
    [InlineData("batch=BATCH", HttpStatusCode.NotFound, "There is no batch")]
    [InlineData("batch=17", HttpStatusCode.BadRequest, "no id of a batch")]
    [InlineData("state=lost", HttpStatusCode.BadRequest, "open, replayed, archived, any")]
    [InlineData("cursor=x", HttpStatusCode.BadRequest, "cursor: is none of this list")]
    public async Task DeadLetters_OfWhatIsNot_SayWhatIsWrong(string query, HttpStatusCode status, string part)
    {
        using var ann = _api.As("ann", "read");

        var html = await ann.PageAsync(
            "/dead-letters?" + query.Replace("BATCH", $"{_bobs}", StringComparison.Ordinal), status);

        Assert.Contains(part, html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeadLetters_WithoutScopeToRead_AreForbidden()
    {
        using var ann = _api.As("ann", "operate");

        await ann.PageAsync("/dead-letters", HttpStatusCode.Forbidden);
    }

    private async Task<Guid> FailedAsync(int rows, string owner, int failed)
    {
        var batch = await _api.SubmitAsync(rows, owner);
        await _api.EndsAsync(batch);
        await Eventually.HoldsAsync(
            () => _api.Get<IDeadLetters>().ReadAsync(new(batch), CancellationToken.None),
            letters => letters.Count == failed);
        return batch;
    }

    private async Task<string> GroupAsync(string sample) =>
        (await _api.Get<IDeadLetters>().ReadGroupsAsync(_first, 10, CancellationToken.None))
        .Single(group => group.Sample == sample).Group;

    private static IEnumerable<string> Items(string html) => Item().Matches(html).Select(match => match.Groups[1].Value);

    [GeneratedRegex("<td class=\"number\" data-label=\"Rows\">([0-9]+)</td>")]
    private static partial Regex Numbers();

    [GeneratedRegex("href=\"/batches/([0-9a-f-]{36}/items/[0-9]+)\"")]
    private static partial Regex Item();

    [GeneratedRegex("href=\"([^\"]*)\" rel=\"next\"")]
    private static partial Regex Next();
}
