using System.Net;
using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Api.Problems;
using WorkerFleet.DeadLetters;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api;

public sealed class DeadLetterRoutesTests : IAsyncLifetime
{
    private bool _mended;
    private ApiFixture _api = null!;
    private Guid _first;
    private Guid _second;
    private Guid _bobs;

    /// <summary>Even rows fail: of each batch those of 0 to 5, by two causes.</summary>
    public async Task InitializeAsync()
    {
        _api = await ApiFixture.StartAsync();
        _api.Agents.Answer(call => call.Index % 2 == 0 && !_mended
            ? TestAgents.Fail(retryable: false, call.Index == 4 ? "The zip code is wrong." : "The street is unknown.")
            : AgentReply.Succeed("1"u8.ToArray()));
        _first = await _api.SubmitAsync(6);
        _second = await _api.SubmitAsync(6);
        _bobs = await _api.SubmitAsync(6, "bob");
        foreach (var batch in (Guid[])[_first, _second, _bobs])
        {
            await _api.EndsAsync(batch);
            await Eventually.HoldsAsync(
                () => _api.Get<IDeadLetters>().ReadAsync(new(batch), CancellationToken.None),
                letters => letters.Count == 3);
        }
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Groups_AreOfAllOrOfOneOwnerOrOfOneBatch()
    {
        using var ann = _api.As("ann", "read");

        Assert.Equal((long[])[6, 3], Counts(await _api.ReadAsync("/api/v1/dead-letters/groups")));
        Assert.Equal((long[])[4, 2], Counts(await _api.ReadAsync("/api/v1/dead-letters/groups", ann)));
        Assert.Equal((long[])[2, 1], Counts(await _api.ReadAsync($"/api/v1/dead-letters/groups?batch={_first}", ann)));
        using var other = await ann.GetAsync($"/api/v1/dead-letters/groups?batch={_bobs}");
        await ApiAssert.ProblemAsync(other, HttpStatusCode.NotFound, ProblemTypes.NotFound);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(50)]
    public async Task List_AcrossBatches_HasEachLetterOfTheOwnerOnce(int limit)
    {
        using var ann = _api.As("ann", "read");
        var seen = new List<(Guid Batch, long Row)>();
        for (var next = $"/api/v1/dead-letters?limit={limit}"; ;)
        {
            var page = await _api.ReadAsync(next, ann);
            seen.AddRange(page.GetProperty("dead_letters").EnumerateArray().Select(letter => (
                letter.GetProperty("batch_id").GetGuid(), letter.GetProperty("index").GetInt64())));
            if (!page.TryGetProperty("next_cursor", out var cursor))
                break;
            next = $"/api/v1/dead-letters?limit={limit}&cursor={cursor.GetString()}";
        }

        Assert.Equal([(_second, 0), (_second, 2), (_second, 4), (_first, 0), (_first, 2), (_first, 4)], seen);
    }

    [Fact]
    public async Task Find_Row_HasItsFailure()
    {
        var found = await _api.ReadAsync($"/api/v1/dead-letters/{_first}/4");
        Assert.Equal("The zip code is wrong.",
            found.GetProperty("dead_letters")[0].GetProperty("failure").GetProperty("message").GetString());
        using var none = await _api.Client.GetAsync($"/api/v1/dead-letters/{_first}/3");
        await ApiAssert.ProblemAsync(none, HttpStatusCode.NotFound, ProblemTypes.NotFound);
    }

    [Fact]
    public async Task Replay_OfACauseAcrossBatches_RunsThoseOfTheOwnerAgain()
    {
        _mended = true;
        using var ann = _api.As("ann", "read", "operate");
        var group = (await _api.ReadAsync("/api/v1/dead-letters/groups", ann)).GetProperty("groups")[1]
            .GetProperty("group").GetString();

        using var response = await ann.PostAsync("/api/v1/dead-letters/replay", $$"""{"group": "{{group}}"}""");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var body = await response.BodyAsync();
        Assert.Equal([_second, _first], body.GetProperty("replayed").EnumerateArray().Select(id => id.GetGuid()));
        await _api.EndsAsync(_first, round: 1);
        await _api.EndsAsync(_second, round: 1);
        await Eventually.HoldsAsync(
            async () => Counts(await _api.ReadAsync("/api/v1/dead-letters/groups")),
            counts => counts.SequenceEqual([6L, 1L]));
    }

    [Fact]
    public async Task Replay_OfRowsOfOneBatch_RunsTheseAgain()
    {
        _mended = true;
        using var response = await _api.Client.PostAsync(
            "/api/v1/dead-letters/replay", $$"""{"batch": "{{_first}}", "rows": [0]}""");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        await _api.EndsAsync(_first, round: 1);
        await Eventually.HoldsAsync(
            async () => Counts(await _api.ReadAsync($"/api/v1/dead-letters/groups?batch={_first}")),
            counts => counts.Sum() == 2);
    }

    [Theory]
    [InlineData("{}", "name one of rows, group and all")]
    [InlineData("""{"rows": [1]}""", "batch: is missing")]
    [InlineData("""{"batch": "17", "all": true}""", "batch: is not valid")]
    public async Task Replay_ThatMakesNoSense_SaysWhy(string body, string part)
    {
        using var response = await _api.Client.PostAsync("/api/v1/dead-letters/replay", body);

        var problem = await ApiAssert.ProblemAsync(response, HttpStatusCode.BadRequest, ProblemTypes.BadRequest);
        Assert.Contains(part, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Archive_Cause_IsOpenNoLongerAndShownOnlyWhenAskedFor()
    {
        using var ann = _api.As("ann", "read", "operate");
        var group = (await _api.ReadAsync("/api/v1/dead-letters/groups", ann)).GetProperty("groups")[0]
            .GetProperty("group").GetString();

        var changed = await ChangeAsync(ann, "archive", $$"""{"group": "{{group}}"}""");
        var again = await ChangeAsync(ann, "archive", $$"""{"group": "{{group}}"}""");

        Assert.Equal((4, 0), (changed, again));
        Assert.Equal((long[])[2], Counts(await _api.ReadAsync("/api/v1/dead-letters/groups", ann)));
        // Another owner's letters of the same cause are as they were.
        Assert.Equal((long[])[2, 1], Counts(await _api.ReadAsync($"/api/v1/dead-letters/groups?batch={_bobs}")));
        Assert.Equal([4], await RowsAsync($"batch={_first}"));
        Assert.Equal([4], await RowsAsync($"batch={_first}&state=open"));
        Assert.Equal([0, 2], await RowsAsync($"batch={_first}&state=archived"));
        Assert.Equal([0, 2, 4], await RowsAsync($"batch={_first}&state=any"));
        Assert.Equal([0, 2, 4], await RowsAsync($"batch={_first}&replayed=true"));
        Assert.Equal(4, await ChangeAsync(ann, "unarchive", """{"all": true}"""));
        Assert.Equal([0, 2, 4], await RowsAsync($"batch={_first}"));
    }

    [Fact]
    public async Task Archive_RowThatIsReplayedAndFailsAgain_IsOpenAgain()
    {
        Assert.Equal(1, await ChangeAsync(_api.Client, "archive", $$"""{"batch": "{{_first}}", "rows": [2]}"""));

        using var all = await _api.Client.PostAsync(
            "/api/v1/dead-letters/replay", $$"""{"batch": "{{_first}}", "all": true}""");
        Assert.Equal(HttpStatusCode.Accepted, all.StatusCode);
        await _api.EndsAsync(_first, round: 1);
        Assert.Equal([2], await RowsAsync($"batch={_first}&state=archived"));
        using var named = await _api.Client.PostAsync(
            "/api/v1/dead-letters/replay", $$"""{"batch": "{{_first}}", "rows": [2]}""");
        Assert.Equal(HttpStatusCode.Accepted, named.StatusCode);
        await _api.EndsAsync(_first, round: 2);

        await Eventually.HoldsAsync(() => RowsAsync($"batch={_first}"), rows => rows.SequenceEqual([0L, 2, 4]));
        Assert.Equal([], await RowsAsync($"batch={_first}&state=archived"));
    }

    [Theory]
    [InlineData("{}", "name one of rows, group and all")]
    [InlineData("""{"batch": "BATCH", "rows": [3]}""", "row 3 has not failed for good")]
    [InlineData("""{"batch": "BATCH", "rows": [99]}""", "there is no row 99")]
    public async Task Archive_ThatMakesNoSense_SaysWhy(string body, string part)
    {
        using var response = await _api.Client.PostAsync(
            "/api/v1/dead-letters/archive", body.Replace("BATCH", $"{_first}", StringComparison.Ordinal));

        var problem = await ApiAssert.ProblemAsync(response, HttpStatusCode.BadRequest, ProblemTypes.BadRequest);
        Assert.Contains(part, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static async Task<int> ChangeAsync(HttpClient client, string action, string body)
    {
        using var response = await client.PostAsync($"/api/v1/dead-letters/{action}", body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.BodyAsync()).GetProperty("changed").GetInt32();
    }

    private async Task<IEnumerable<long>> RowsAsync(string query) =>
        [.. (await _api.ReadAsync($"/api/v1/dead-letters?{query}")).GetProperty("dead_letters").EnumerateArray()
            .Select(letter => letter.GetProperty("index").GetInt64())];

    private static long[] Counts(JsonElement groups) =>
        [.. groups.GetProperty("groups").EnumerateArray().Select(group => group.GetProperty("count").GetInt64())];
}
