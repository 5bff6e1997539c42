using System.Text.RegularExpressions;
using Microsoft.Playwright;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Fleet;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace WorkerFleet.Acceptance.Dashboard;

/// <summary>Where a key is needed, a browser gets in with one, and out again.</summary>
[Collection(RabbitMqTests.Name)]
public sealed partial class SignInTests(RabbitMqBroker broker, Browser browser, ITestOutputHelper log)
    : IClassFixture<Browser>, IAsyncLifetime
{
    private readonly TestFleet _fleet = TestFleet.Create(broker, log);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fleet.DisposeAsync();

    [Fact]
    public async Task Visitor_WithAKey_ComesToThePageThatWasAskedForAndGoes()
    {
        _fleet.Workspace.Environment["FLEET__API__HOST"] = "*";
        var made = (await _fleet.Workspace.RunAsync("keys", "create", "--owner", "ada", "--scopes", "read", "--name", "laptop")).ShouldBe(0);
        var api = await _fleet.Workspace.StartAsync("api", "--port", "0");
        await api.WaitForErrorAsync(" is ready: ");
        var port = PortIn().Match(api.Error).Groups[1].Value;
        await using var visitor = await browser.VisitAsync(new($"http://127.0.0.1:{port}/"));
        var page = visitor.Page;

        await visitor.GoAsync("/workers");
        await page.WaitForURLAsync(new Regex("/sign-in"));
        await visitor.CheckAsync();
        await page.Locator("input[name=key]").FillAsync(KeyIn().Match(made.Output).Value);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await page.WaitForURLAsync(new Regex("/workers$"));
        await Expect(page.Locator("header .name")).ToHaveTextAsync("laptop");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Submit" })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.WaitForURLAsync(new Regex("/sign-in"));
        await visitor.GoAsync("/");
        await page.WaitForURLAsync(new Regex("/sign-in"));
        visitor.ShouldHaveNoErrors();
    }

    [GeneratedRegex("http://[^ ,]+:([0-9]+)")]
    private static partial Regex PortIn();

    [GeneratedRegex("fleet_[0-9a-f]+_[0-9a-f]+")]
    private static partial Regex KeyIn();
}
