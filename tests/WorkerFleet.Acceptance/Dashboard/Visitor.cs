using System.Collections.Concurrent;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace WorkerFleet.Acceptance.Dashboard;

/// <summary>Somebody at a browser, who notes what goes wrong on the pages.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _errors = [];

    public Visitor(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        // What a content security policy refuses is told there, too.
        page.Console += (_, message) =>
        {
            // What the API refuses is told on the page; the browser writes it down all the same.
            if (message.Type is "error" or "warning" && !message.Text.Contains("status of 400", StringComparison.Ordinal))
                _errors.Enqueue($"{page.Url}: {message.Text}");
        };
        page.PageError += (_, error) => _errors.Enqueue($"{page.Url}: {error}");
    }

    public IPage Page { get; }

    public async Task GoAsync(string path) =>
        Assert.True((await Page.GotoAsync(path))!.Ok, $"{path} cannot be opened.");

    /// <summary>Nothing went wrong, nothing is wider than the window, and axe finds nothing serious.</summary>
    public async Task CheckAsync()
    {
        var wide = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - window.innerWidth");
        Assert.True(wide <= 0, $"{Page.Url} is {wide} pixels wider than the window of {Page.ViewportSize!.Width}.");
        var result = await Page.RunAxe();
        var serious = result.Violations.Where(found => found.Impact is "serious" or "critical")
            .Select(found => $"{found.Id}: {found.Help}: {string.Join(" | ", found.Nodes.Select(node => node.Html))}")
            .ToList();
        Assert.True(serious.Count == 0, $"{Page.Url}, as axe sees it:\n{string.Join('\n', serious)}");
        ShouldHaveNoErrors();
    }

    public void ShouldHaveNoErrors() => Assert.Empty(_errors);

    /// <summary>For docs/images, where <c>WORKERFLEET_TEST_SCREENSHOTS</c> names a folder.</summary>
    public async Task PhotographAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("WORKERFLEET_TEST_SCREENSHOTS") is not { Length: > 0 } folder)
            return;
        await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png") });
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
