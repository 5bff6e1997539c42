using System.Net;
using System.Text.RegularExpressions;

namespace WorkerFleet.Tests.Api.Dashboard;

/// <summary>What all pages have in common.</summary>
internal static partial class PageAssert
{
    /// <summary>Asks as a browser does.</summary>
    public static Task<HttpResponseMessage> BrowseAsync(this HttpClient client, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/html,application/xhtml+xml,*/*;q=0.8");
        return client.SendAsync(request);
    }

    /// <returns>The page, after it was seen that it is one, whole and without anything inline.</returns>
    public static async Task<string> PageAsync(
        this HttpClient client, string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var response = await client.BrowseAsync(path);
        var html = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{path}: {response.StatusCode}: {html}");
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("script-src 'self'", Header(response, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        Assert.EndsWith("</html>", html.TrimEnd(), StringComparison.Ordinal);
        Assert.Matches("<title>[^<]+ · WorkerFleet</title>", html);
        Assert.Single(Heading().Matches(html));
        Assert.DoesNotMatch(Inline(), html);
        return html;
    }

    public static string Header(HttpResponseMessage response, string name) =>
        Assert.Single(response.Headers.GetValues(name));

    [GeneratedRegex("<h1[ >]")]
    private static partial Regex Heading();

    /// <summary>What the content security policy would block: scripts, styles and handlers in the page itself.</summary>
    [GeneratedRegex("<script(?![^>]* src=)|<style|<\\w+(?:\\s+[\\w-]+(?:=\"[^\"]*\")?)*?\\s+(?:style|on\\w+)=")]
    private static partial Regex Inline();
}
