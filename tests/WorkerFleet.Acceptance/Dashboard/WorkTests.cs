using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Processes;
using WorkerFleet.Batches;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace WorkerFleet.Acceptance.Dashboard;

/// <summary>What people do in the dashboard takes effect in the fleet, and is shown.</summary>
[Collection(RabbitMqTests.Name)]
public sealed partial class WorkTests(RabbitMqBroker broker, Browser browser, ITestOutputHelper log)
    : IClassFixture<Browser>, IAsyncLifetime
{
    private DashboardFleet _fleet = null!;

    public async Task InitializeAsync() => _fleet = await DashboardFleet.StartAsync(broker, log);

    public async Task DisposeAsync() => await _fleet.DisposeAsync();

    [Fact]
    public async Task Submit_AfterAPreview_RunsToItsEndBeforeOnesEyes()
    {
        await using var visitor = await browser.VisitAsync(_fleet.Address);
        var page = visitor.Page;
        await visitor.GoAsync("/submit");
        await page.Locator("#source").SetInputFilesAsync(_fleet.Fleet.Workspace["tickets.csv"]);
        await page.Locator("#agent").SelectOptionAsync("triage");
        await page.Locator("#id-column").FillAsync("ticket");
        await page.Locator("#prompt").FillAsync("Classify: {{text}}");
        await page.Locator("button[name=preview]").ClickAsync();
        await Expect(page.Locator("#preview tbody tr").First).ToContainTextAsync("Classify: ");
        await visitor.CheckAsync();

        await page.Locator("button[name=submit]").ClickAsync();

        await page.WaitForURLAsync(BatchAddress());
        await Expect(page.Locator("h1 .badge")).ToHaveTextAsync(new Regex("completed"));
        await Expect(page.Locator("main")).ToContainTextAsync("120");
        await visitor.CheckAsync();
        await _fleet.Fleet.Workspace.AuditAsync();
    }

    [Fact]
    public async Task Submit_WithAMistake_SaysWhatIsWrongAndSendsNothing()
    {
        await using var visitor = await browser.VisitAsync(_fleet.Address);
        await visitor.GoAsync("/submit");
        await visitor.Page.Locator("#source").SetInputFilesAsync(_fleet.Fleet.Workspace["tickets.csv"]);
        await visitor.Page.Locator("#agent").SelectOptionAsync("triage");
        await visitor.Page.Locator("#prompt").FillAsync("Classify: {{txet}}");

        await visitor.Page.Locator("button[name=submit]").ClickAsync();

        await Expect(visitor.Page.Locator("main")).ToContainTextAsync("there is no column 'txet'");
        await Expect(visitor.Page.Locator("#prompt")).ToBeFocusedAsync();
        await visitor.CheckAsync();
        await visitor.GoAsync("/");
        await Expect(visitor.Page.Locator("main")).ToContainTextAsync("fleet submit");
    }

    [Fact]
    public async Task Batch_PausedResumedAndCancelled_TwoBrowsersSeeTheSame()
    {
        var batch = await _fleet.BeginSummariesAsync();
        await using var actor = await browser.VisitAsync(_fleet.Address);
        await using var watcher = await browser.VisitAsync(_fleet.Address, ColorScheme.Dark);
        await actor.GoAsync($"/batches/{batch}");
        await watcher.GoAsync($"/batches/{batch}");
        await ShouldMoveAsync(watcher);
        await ShouldMoveAsync(actor);

        await actor.Page.GetByRole(AriaRole.Button, new() { Name = "Pause", Exact = true }).ClickAsync();
        await ShouldBeAsync("paused", actor, watcher);
        await actor.Page.GetByRole(AriaRole.Button, new() { Name = "Resume", Exact = true }).ClickAsync();
        await Expect(watcher.Page.Locator("h1 .badge")).ToHaveTextAsync(new Regex("dispatching|processing"));
        await ShouldMoveAsync(watcher);

        await actor.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel…" }).ClickAsync();
        await actor.Page.Locator("#cancel input[name=reason]").FillAsync("wrong prompt");
        await actor.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel the batch" }).ClickAsync();
        await ShouldBeAsync("cancelled", actor, watcher);

        var end = await _fleet.Fleet.WaitForEndAsync(batch);
        Assert.Equal((BatchStatus.Cancelled, "wrong prompt"), (end.Batch.CurrentState, end.Batch.EndReason));
        await Expect(watcher.Page.Locator("main")).ToContainTextAsync("wrong prompt");
        actor.ShouldHaveNoErrors();
        watcher.ShouldHaveNoErrors();
    }

    [Fact]
    public async Task Batch_ThatRuns_ShowsItsCostGrowAndOfARowWhatEachAttemptCost()
    {
        var batch = await _fleet.BeginSummariesAsync();
        await using var visitor = await browser.VisitAsync(_fleet.Address);
        await visitor.GoAsync($"/batches/{batch}");
        var cost = visitor.Page.Locator("[data-bind='usage.cost_usd']");

        // Live, without a new page.
        await Expect(cost).ToHaveTextAsync(Dollars());
        var before = await cost.TextContentAsync();
        await Expect(cost).Not.ToHaveTextAsync(before!);
        await Expect(visitor.Page.Locator("[data-bind=projected_cost_usd]")).ToHaveTextAsync(Dollars());
        await Expect(visitor.Page.Locator("[data-bind=usage]")).ToHaveTextAsync(new Regex("^[0-9,]+ in, [0-9,]+ out$"));
        await visitor.CheckAsync();

        await visitor.GoAsync($"/batches/{batch}?state=succeeded");
        await visitor.Page.Locator("#items th a").First.ClickAsync();
        await Expect(visitor.Page.Locator(".timeline li.succeeded")).ToContainTextAsync(new Regex(@"\$0\.\d+ · [0-9,]+ in, \d+ out"));
        await visitor.CheckAsync();
    }

    [Fact]
    public async Task Batch_WhoseRightAnswersAreKnown_SaysHowManyAreRight()
    {
        // The agent answers with the number of the row.
        _fleet.Fleet.Workspace.Write("labelled.csv", "word,right\n" + string.Concat(
            Enumerable.Range(0, 40).Select(row => $"word,{(row % 2 == 0 ? row : "another")}\n")));
        var batch = await _fleet.Fleet.SubmitAsync(
            "labelled.csv", "--agent", "triage", "--prompt", "{{word}}", "--expected-column", "right", "--answer", "/row");
        await _fleet.Fleet.WaitForEndAsync(batch);
        await using var visitor = await browser.VisitAsync(_fleet.Address);
        await visitor.GoAsync($"/batches/{batch}");

        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Read latencies, attempts and accuracy" }).ClickAsync();

        await Expect(visitor.Page.Locator("[data-summary=accuracy]")).ToHaveTextAsync(Accuracy());
        await Expect(visitor.Page.Locator("[data-summary=attempts]")).ToHaveTextAsync(new Regex("^[0-9]+$"));
        await Expect(visitor.Page.Locator("[data-summary='latency_ms.p50']")).ToHaveTextAsync(new Regex("^[0-9]+ ms$"));
        await visitor.CheckAsync();
        visitor.ShouldHaveNoErrors();
    }

    [Fact]
    public async Task Batch_OfAMillionRowsThatWereUploaded_IsShownAsAnyOther()
    {
        const int rows = 1_000_000;
        await File.WriteAllLinesAsync(_fleet.Fleet.Workspace["million.csv"], Enumerable.Range(0, rows)
            .Select(row => string.Create(CultureInfo.InvariantCulture, $"M-{row:D7},Where is parcel {row}?")).Prepend("ticket,text"));
        await using var visitor = await browser.VisitAsync(_fleet.Address);
        var page = visitor.Page;
        await visitor.GoAsync("/submit");
        await page.Locator("#source").SetInputFilesAsync(_fleet.Fleet.Workspace["million.csv"]);
        await page.Locator("#agent").SelectOptionAsync("triage");
        await page.Locator("#id-column").FillAsync("ticket");
        await page.Locator("#prompt").FillAsync("Classify: {{text}}");

        await page.Locator("button[name=submit]").ClickAsync();

        await page.WaitForURLAsync(BatchAddress(), new() { Timeout = 120_000 });
        await Expect(page.Locator("main")).ToContainTextAsync("1,000,000 rows");
        await ShouldMoveAsync(visitor);
        await visitor.CheckAsync();
        var batch = new Uri(page.Url).AbsolutePath;
        await visitor.GoAsync($"{batch}?state=succeeded");
        await Expect(page.Locator("#items tbody tr").First).ToBeVisibleAsync();
        Assert.InRange(await page.Locator("#items tbody tr").CountAsync(), 1, 200);
        await visitor.GoAsync($"{batch}/items/999999");
        await Expect(page.Locator("main")).ToContainTextAsync("pending");
        await visitor.CheckAsync();
        await visitor.GoAsync("/");
        await Expect(page.Locator("main")).ToContainTextAsync("1,000,000");
        await visitor.CheckAsync();
    }

    [Fact]
    public async Task DeadLetters_ReplayedOrArchived_AreNoLongerOpen()
    {
        var batch = await _fleet.RunTriageAsync();
        await using var visitor = await browser.VisitAsync(_fleet.Address);
        var page = visitor.Page;
        await visitor.GoAsync("/dead-letters");
        await page.Locator("table.causes th a").First.ClickAsync();
        var rows = page.Locator("table.letters tbody tr");
        await Expect(rows.First).ToBeVisibleAsync();
        var before = await rows.CountAsync();
        await visitor.CheckAsync();

        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Archive row") }).First.ClickAsync();
        await Expect(rows).ToHaveCountAsync(before - 1);
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Run again: row") }).First.ClickAsync();

        await _fleet.Fleet.WaitForAsync(batch, progress => progress.Batch.Round == 1, "to be replayed");
        await _fleet.Fleet.WaitForEndAsync(batch);
        await Wait.UntilAsync(
            async () =>
            {
                var letters = (await _fleet.Fleet.Workspace.RunAsync("dead-letters", "list", batch.ToString(), "--json"));
                return letters.ShouldBe(0).Json().GetArrayLength() >= before - 2;
            },
            "the row that was run again to fail again, or not");
        visitor.ShouldHaveNoErrors();
    }

    [GeneratedRegex("^[0-9]+ %: (1[0-9]|20) right, (1[0-9]|20) wrong$")]
    private static partial Regex Accuracy();

    [GeneratedRegex(@"^\$[0-9.,]+$")]
    private static partial Regex Dollars();

    private static async Task ShouldBeAsync(string state, params Visitor[] visitors)
    {
        foreach (var visitor in visitors)
            await Expect(visitor.Page.Locator("h1 .badge")).ToHaveTextAsync(state);
    }

    /// <summary>The number of settled rows on the page grows.</summary>
    private static async Task ShouldMoveAsync(Visitor visitor)
    {
        var settled = visitor.Page.Locator("[data-bind=settled]").First;
        var before = await settled.InnerTextAsync();
        await Expect(settled).Not.ToHaveTextAsync(before);
    }

    [GeneratedRegex("/batches/[0-9a-f-]{36}$")]
    private static partial Regex BatchAddress();
}
