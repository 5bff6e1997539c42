using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using WorkerFleet.Access;
using WorkerFleet.Api.Access;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api.Access;

/// <summary>Signing in with a key, as a browser does.</summary>
public sealed class SignInTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly CookieContainer _cookies = new();

    [Fact]
    public async Task SignIn_WithKey_GivesACookieThatScriptsAndOtherSitesCannotUse()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, elsewhere: true);

        using var answer = await Browser(host).PostAsJsonAsync("/sign-in", new { key = await host.AddKeyAsync("ada") });

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        var session = await Browser(host).GetFromJsonAsync<JsonElement>("/session");
        Assert.Equal("ada", session.GetProperty("owner").GetString());
    }

    [Theory]
    [InlineData("/batches/1?tab=items", "/batches/1?tab=items")]
    [InlineData("//attacker.example", "/")]
    [InlineData("https://attacker.example", "/")]
    [InlineData("/\\attacker.example", "/")]
    [InlineData("", "/")]
    public async Task SignIn_ByForm_LeadsOnToAPageOfThisHostOnly(string page, string expected)
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, elsewhere: true);
        var form = new FormUrlEncodedContent([new("key", await host.AddKeyAsync()), new("return", page)]);

        using var answer = await Browser(host).PostAsync("/sign-in", form);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(expected, answer.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task SignIn_WithWrongKey_IsRefusedAndCounted()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, elsewhere: true);
        var wrong = new { key = ApiKeyText.Create().ToString() };
        for (var attempt = 0; attempt < FailedAttempts.MostInWindow; attempt++)
            Assert.Equal(
                HttpStatusCode.Unauthorized, (await Browser(host).PostAsJsonAsync("/sign-in", wrong)).StatusCode);

        using var answer = await Browser(host).PostAsJsonAsync("/sign-in", wrong);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Empty(_cookies.GetAllCookies());
    }

    [Theory]
    [InlineData("{}", "application/json")]
    [InlineData("{\"key\": 1}", "application/json")]
    [InlineData("fleet", "application/json")]
    [InlineData("fleet", "text/plain")]
    public async Task SignIn_WithoutAKey_SaysWhatToSend(string body, string type)
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, elsewhere: true);
        using var content = new StringContent(body, System.Text.Encoding.UTF8, type);

        using var answer = await Browser(host).PostAsync("/sign-in", content);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("field 'key'", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignedIn_ChangeWithoutAntiforgeryToken_IsRefused()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, elsewhere: true);
        await SignInAsync(host);
        var session = await Browser(host).GetFromJsonAsync<JsonElement>("/session");

        using var refused = await Browser(host).PostAsync("/sign-out", null);
        var browser = Browser(host);
        browser.DefaultRequestHeaders.Add("X-CSRF-Token", session.GetProperty("csrf_token").GetString());
        using var done = await browser.PostAsync("/sign-out", null);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.NoContent), (refused.StatusCode, done.StatusCode));
        Assert.Equal(HttpStatusCode.Unauthorized, (await Browser(host).GetAsync("/session")).StatusCode);
    }

    [Fact]
    public async Task SignedIn_AfterRestart_StillIs()
    {
        await using (var before = await AccessHost.StartAsync(_folder.Path, elsewhere: true))
            await SignInAsync(before);

        await using var after = await AccessHost.StartAsync(_folder.Path, elsewhere: true);
        using var answer = await Browser(after).GetAsync("/session");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(after.Log.Problems);
    }

    [Fact]
    public async Task SignedIn_KeyIsRevoked_EndsWithinSeconds()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, elsewhere: true);
        var id = await SignInAsync(host);

        await host.Get<IApiKeys>().RevokeAsync(id, TimeProvider.System.GetUtcNow(), default);

        await Eventually.HoldsAsync(
            async () => (await Browser(host).GetAsync("/session")).StatusCode,
            status => status == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task SignIn_Done_IsAudited()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, elsewhere: true);

        var id = await SignInAsync(host);

        var line = Assert.Single(host.Log.Lines, entry => entry.Category == AuditLog.Category).Text;
        Assert.Contains(
            $"session.sign-in {id}: done; by test key, key {id}, owner ada, from ", line, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<string> SignInAsync(AccessHost host)
    {
        var key = await host.AddKeyAsync("ada");
        (await Browser(host).PostAsJsonAsync("/sign-in", new { key })).EnsureSuccessStatusCode();
        return ApiKeyText.Parse(key)!.Id;
    }

    private HttpClient Browser(AccessHost host) => new(
        new SocketsHttpHandler { CookieContainer = _cookies, AllowAutoRedirect = false })
    {
        BaseAddress = host.Address,
        Timeout = TimeSpan.FromSeconds(60),
    };
}
