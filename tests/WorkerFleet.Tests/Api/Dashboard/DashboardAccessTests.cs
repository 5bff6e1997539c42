using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Batches;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Api.Access;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api.Dashboard;

/// <summary>Who gets pages, and what the others get.</summary>
public sealed partial class DashboardAccessTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Page_WithoutAKeyWhereOneIsNeeded_LeadsToSignInAndBack()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, elsewhere: true);
        using var client = host.Client();

        using var answer = await client.BrowseAsync("/?status=failed&name=a%26b");
        var page = await client.PageAsync(answer.Headers.Location!.OriginalString);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/sign-in?return=%2F%3Fstatus%3Dfailed%26name%3Da%2526b", answer.Headers.Location.OriginalString);
        Assert.Contains("value=\"/?status=failed&amp;name=a%26b\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/dead-letters", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_WithoutAKeyForAProgram_Is401()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, elsewhere: true);
        using var client = host.Client();

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.BrowseAsync("/api/v1/batches")).StatusCode);
    }

    [Fact]
    public async Task SignIn_WithWrongKeyInABrowser_IsAPageThatSaysSo()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path, elsewhere: true);
        using var client = host.Client();
        var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in")
        {
            Content = new FormUrlEncodedContent([new("key", "fleet_no")]),
        };
        request.Headers.Accept.ParseAdd("text/html");

        using var answer = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("The key is not valid", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_ThatIsNone_Is404AsAPage()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        using var client = host.Client();

        var html = await client.PageAsync("/no-such-page", HttpStatusCode.NotFound);

        Assert.Contains("There is no such", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, HttpStatusCode.ServiceUnavailable, "The store cannot be used now")]
    [InlineData(false, HttpStatusCode.InternalServerError, "The server failed")]
    public async Task Page_Fails_IsAPageThatTellsNothingOfIt(bool isStore, HttpStatusCode status, string title)
    {
        var store = new InMemoryBatchStore
        {
            OnFind = _ => throw (isStore
                ? new StoreException(StoreFault.Locked, "/secret/folder is locked")
                : new InvalidOperationException("secret")),
        };
        await using var api = await ApiFixture.StartAsync(
            drives: false, more: services => services.AddSingleton<IBatchStore>(store));

        var html = await api.Client.PageAsync($"/batches/{Guid.Empty}", status);

        Assert.Contains(title, html, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Assets_OfThePage_AreKeptForGoodAndThoseOfOthersAreNot()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        using var client = host.Client();
        var html = await client.PageAsync("/");
        var addresses = Asset().Matches(html).Select(match => match.Groups[1].Value).ToList();

        Assert.True(addresses.Count > 3, html);
        foreach (var address in addresses)
        {
            using var answer = await client.GetAsync(address);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.True(answer.Headers.CacheControl!.ToString().Contains("immutable", StringComparison.Ordinal), address);
        }

        using var old = await client.GetAsync(addresses[0].Replace(addresses[0].Split('/')[2], "0123", StringComparison.Ordinal));
        Assert.Equal("no-cache", old.Headers.CacheControl!.ToString());
        using var none = await client.GetAsync("/assets/0123/..%2Fappsettings.json");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    public void Dispose() => _folder.Dispose();

    [GeneratedRegex("(?:href|src)=\"(/assets/[^\"]+)\"")]
    private static partial Regex Asset();
}
