using System.Net;

namespace WorkerFleet.Tests.Api.Dashboard;

public sealed class BatchesPageTests : IAsyncLifetime
{
    private ApiFixture _api = null!;

    public async Task InitializeAsync() => _api = await ApiFixture.StartAsync();

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Batches_None_SaysHowToSubmitOne()
    {
        var html = await _api.Client.PageAsync("/");

        Assert.Contains("There are no batches yet", html, StringComparison.Ordinal);
        Assert.Contains("fleet submit", html, StringComparison.Ordinal);
        Assert.Contains("href=\"/submit\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batches_Some_ShowsThoseOfTheOwner()
    {
        var anns = await _api.SubmitAsync(3, "ann", spec => spec with { Name = "<script>alert(1)</script>" });
        var bobs = await _api.SubmitAsync(2, "bob");
        using var ann = _api.As("ann", "read");

        var all = await _api.Client.PageAsync("/");
        var own = await ann.PageAsync("/");

        Assert.Contains($"/batches/{bobs}", all, StringComparison.Ordinal);
        Assert.Contains($"/batches/{anns}", own, StringComparison.Ordinal);
        Assert.DoesNotContain($"/batches/{bobs}", own, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", own, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"/submit\"", own, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batches_FilterThatIsNone_SaysWhatThereIs()
    {
        var html = await _api.Client.PageAsync("/?status=flying", HttpStatusCode.BadRequest);

        Assert.Contains("completed_with_failures", html, StringComparison.Ordinal);
    }
}
