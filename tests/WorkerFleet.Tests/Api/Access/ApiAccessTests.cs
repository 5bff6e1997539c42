using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using WorkerFleet.Access;
using WorkerFleet.Api.Problems;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api.Access;

/// <summary>Who may use the API, over a real port.</summary>
public sealed class ApiAccessTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Loopback_WithoutKey_AllowsEverything()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);

        var session = await host.Client().GetFromJsonAsync<JsonElement>("/session");

        Assert.Equal("local", session.GetProperty("name").GetString());
        Assert.Equal(3, session.GetProperty("scopes").GetArrayLength());
        Assert.False(session.TryGetProperty("csrf_token", out _));
    }

    [Fact]
    public async Task Loopback_BehindProxyOnThisMachine_NeedsKey()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var client = host.Client();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");

        using var answer = await client.GetAsync("/session");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Elsewhere_WithoutKey_SaysThatOneIsNeeded()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, elsewhere: true);
        var batch = await host.AddBatchAsync();

        using var answer = await host.Client().GetAsync($"/api/v1/batches/{batch}");

        var problem = await ProblemAsync(answer, HttpStatusCode.Unauthorized);
        Assert.Equal(ProblemTypes.Unauthorized, problem.GetProperty("type").GetString());
        Assert.Equal("Bearer realm=\"fleet\"", answer.Headers.WwwAuthenticate.ToString());
        Assert.Contains("fleet keys create", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Key_OfOneOwner_SeesItsBatchesAndNoOthers(bool elsewhere)
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, elsewhere);
        var (own, other) = (await host.AddBatchAsync("ada"), await host.AddBatchAsync("bob"));
        var client = host.Client(await host.AddKeyAsync("ada"));

        using var seen = await client.GetAsync($"/api/v1/batches/{own}");
        using var hidden = await client.GetAsync($"/api/v1/batches/{other}");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (seen.StatusCode, hidden.StatusCode));
    }

    [Fact]
    public async Task Key_WithoutScope_IsToldWhichOneIsMissing()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var batch = await host.AddBatchAsync();

        using var answer = await host.Client(await host.AddKeyAsync(null, null, "submit", "operate"))
            .GetAsync($"/api/v1/batches/{batch}");

        var problem = await ProblemAsync(answer, HttpStatusCode.Forbidden);
        Assert.Equal(ProblemTypes.Forbidden, problem.GetProperty("type").GetString());
        Assert.Equal("read", problem.GetProperty("missing_scope").GetString());
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("fleet_000000000000_0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task WrongKey_OnLoopback_IsRefusedAllTheSame(string key)
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var client = host.Client();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {key}");

        using var answer = await client.GetAsync("/session");

        await ProblemAsync(answer, HttpStatusCode.Unauthorized);
        Assert.Contains("invalid_token", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_WithAnotherSecret_IsRefused()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var key = ApiKeyText.Parse(await host.AddKeyAsync())!;

        using var answer = await host.Client($"{ApiKeyText.Create() with { Id = key.Id }}").GetAsync("/session");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Key_ThatExpired_IsRefused()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var key = await host.AddKeyAsync(expires: TimeProvider.System.GetUtcNow().AddMilliseconds(-1));

        using var answer = await host.Client(key).GetAsync("/session");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Key_ThatIsRevoked_StopsWorkingWithinSeconds()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var key = await host.AddKeyAsync();
        var client = host.Client(key);
        (await client.GetAsync("/session")).EnsureSuccessStatusCode();

        await host.Get<IApiKeys>().RevokeAsync(ApiKeyText.Parse(key)!.Id, TimeProvider.System.GetUtcNow(), default);

        await Eventually.HoldsAsync(
            async () => (await client.GetAsync("/session")).StatusCode,
            status => status == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task WrongKeys_ManyFromOneAddress_AreSlowedAndRightOnesAreNot()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var right = await host.AddKeyAsync();
        var client = host.Client(ApiKeyText.Create().ToString());
        for (var attempt = 0; attempt < 10; attempt++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/session")).StatusCode);

        using var slowed = await client.GetAsync("/session");
        using var taken = await host.Client(right).GetAsync("/session");

        await ProblemAsync(slowed, HttpStatusCode.TooManyRequests);
        Assert.InRange(slowed.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    [Theory]
    [InlineData("attacker.example", HttpStatusCode.BadRequest)]
    [InlineData("localhost.attacker.example:5080", HttpStatusCode.BadRequest)]
    [InlineData("127.0.0.1:1", HttpStatusCode.OK)]
    [InlineData("[::1]:5080", HttpStatusCode.OK)]
    [InlineData("LOCALHOST", HttpStatusCode.OK)]
    public async Task Loopback_AskedByAName_AnswersOnlyForItsOwn(string name, HttpStatusCode expected)
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var client = host.Client();
        client.DefaultRequestHeaders.Host = name;

        using var answer = await client.GetAsync("/session");

        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData("Origin", "https://attacker.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "http://localhost:1", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.NoContent)]
    [InlineData("Sec-Fetch-Site", "none", HttpStatusCode.NoContent)]
    public async Task Change_FromAPage_IsTakenOnlyFromPagesOfThisHost(
        string header, string value, HttpStatusCode expected)
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var client = host.Client();
        client.DefaultRequestHeaders.Add(header, value);

        using var answer = await client.PostAsync("/sign-out", null);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Change_FromOwnOrigin_IsTaken()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var client = host.Client();
        client.DefaultRequestHeaders.Add("Origin", host.Address.GetLeftPart(UriPartial.Authority));

        using var answer = await client.PostAsync("/sign-out", null);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
