using Microsoft.Playwright;
using WorkerFleet.Acceptance.Broker;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Dashboard;

/// <summary>Each page, over a fleet that runs: in the light and in the dark, on a desk and on a telephone.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class PageTests(RabbitMqBroker broker, Browser browser, ITestOutputHelper log)
    : IClassFixture<Browser>, IAsyncLifetime
{
    private DashboardFleet _fleet = null!;

    public async Task InitializeAsync() => _fleet = await DashboardFleet.StartAsync(broker, log);

    public async Task DisposeAsync() => await _fleet.DisposeAsync();

    [Fact]
    public async Task EachPage_OfARunningFleet_IsReadableByEverybody()
    {
        var failed = await _fleet.RunTriageAsync();
        var running = await _fleet.BeginSummariesAsync();
        await _fleet.Fleet.WaitForSettledAsync(running, 60);
        var letter = (await _fleet.Fleet.Workspace.RunAsync("dead-letters", "list", failed.ToString(), "--json"))
            .ShouldBe(0).Json()[0].GetProperty("index").GetInt64();
        (string Name, string Path)[] pages =
        [
            ("batches", "/"), ("batch", $"/batches/{running}"), ("batch-failed", $"/batches/{failed}"),
            ("item", $"/batches/{failed}/items/{letter}"), ("dead-letters", "/dead-letters"), ("workers", "/workers"),
            ("agents", "/agents"), ("submit", "/submit"),
        ];

        foreach (var (scheme, width) in new[]
            { (ColorScheme.Light, 1280), (ColorScheme.Dark, 1280), (ColorScheme.Light, 390), (ColorScheme.Dark, 360) })
        {
            await using var visitor = await browser.VisitAsync(_fleet.Address, scheme, width);
            foreach (var (name, path) in pages)
            {
                await visitor.GoAsync(path);
                await Assertions.Expect(visitor.Page.Locator("main h1")).ToBeVisibleAsync();
                if (name == "batch")
                    await Assertions.Expect(visitor.Page.Locator("[data-bind=rows_per_second]").First)
                        .ToHaveTextAsync(new System.Text.RegularExpressions.Regex("[1-9]"));
                await visitor.CheckAsync();
                var suffix = width > 1000 ? "" : "-telephone";
                await visitor.PhotographAsync($"{name}-{scheme.ToString().ToLowerInvariant()}{suffix}");
            }
        }
    }

    [Fact]
    public async Task EmptyFleet_EachPage_SaysWhatToDo()
    {
        await using var visitor = await browser.VisitAsync(_fleet.Address);
        foreach (var path in (string[])["/", "/dead-letters", "/workers", "/agents", "/submit"])
        {
            await visitor.GoAsync(path);
            await visitor.CheckAsync();
        }

        await visitor.GoAsync("/");
        await Assertions.Expect(visitor.Page.Locator("main")).ToContainTextAsync("fleet submit");
    }

    [Fact]
    public async Task Keyboard_SkipsToTheContent()
    {
        await using var visitor = await browser.VisitAsync(_fleet.Address);
        await visitor.GoAsync("/");

        await visitor.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(visitor.Page.Locator("a.skip")).ToBeFocusedAsync();
        await visitor.Page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(visitor.Page.Locator("main")).ToBeFocusedAsync();
    }
}
