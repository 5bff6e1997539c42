using System.Net;

namespace WorkerFleet.Tests.Api.Dashboard;

public sealed class SubmitPageTests
{
    [Fact]
    public async Task Submit_ShowsAgentsAndOptionsWithTheirDefaults()
    {
        await using var api = await ApiFixture.StartAsync(
            new() { RequestsPerSecond = 0, Roots = ["/srv/batches"] },
            settings: new() { ["Fleet:Defaults:Concurrency"] = "37" });

        var html = await api.Client.PageAsync("/submit");

        Assert.Contains("<option value=\"agent\">agent</option>", html, StringComparison.Ordinal);
        Assert.Contains("placeholder=\"37\"", html, StringComparison.Ordinal);
        Assert.Contains("placeholder=\"5m\"", html, StringComparison.Ordinal);
        Assert.Contains(">reject (default)</option>", html, StringComparison.Ordinal);
        Assert.Contains("Below /srv/batches", html, StringComparison.Ordinal);
        Assert.Contains("name=\"submit\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("no-fleet", html, StringComparison.Ordinal);
        foreach (var field in (string[])["tolerate", "deadline", "on-bad-row", "retry-delay", "output", "owner"])
            Assert.Contains($"name=\"{field}\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("--", WithoutComments(html), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_WithoutAFleet_SaysSoAtOnce()
    {
        await using var api = await ApiFixture.StartAsync(drives: false);

        var html = await api.Client.PageAsync("/submit");

        Assert.Contains("id=\"no-fleet\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"submit\"", html, StringComparison.Ordinal);
        Assert.Contains("name=\"preview\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_ForAKeyOfOneOwner_DoesNotAskForTheOwnerOrForAnOutputThatCannotBe()
    {
        await using var api = await ApiFixture.StartAsync();
        using var ann = api.As("ann", "read", "submit");

        var html = await ann.PageAsync("/submit");

        Assert.DoesNotContain("name=\"owner\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"output\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_WithoutItsScope_Is403AsAPage()
    {
        await using var api = await ApiFixture.StartAsync(drives: false);
        using var reader = api.As("ann", "read");

        var html = await reader.PageAsync("/submit", HttpStatusCode.Forbidden);

        Assert.Contains("fleet keys create --scopes submit", html, StringComparison.Ordinal);
    }

    private static string WithoutComments(string html) => html.Replace("<!--", "", StringComparison.Ordinal)
        .Replace("-->", "", StringComparison.Ordinal);
}
