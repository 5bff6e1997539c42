using Microsoft.Playwright;

namespace WorkerFleet.Acceptance.Dashboard;

/// <summary>
/// Debian's Chromium, without a window. <c>WORKERFLEET_TEST_CHROMIUM</c> names another one.
/// </summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>For a state of a page; a machine that runs a fleet beside it may be slow.</summary>
    public const int PatienceMs = 60_000;

    private static readonly string[] Places =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public async Task InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(PatienceMs);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = FindChromium(), Args = ["--no-sandbox"] });
    }

    public async Task DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    /// <summary>A browser of its own: with its own cookies.</summary>
    /// <param name="address">Where pages are.</param>
    /// <param name="scheme">Light or dark.</param>
    /// <param name="width">Of the window, in pixels of CSS: 390 is a telephone's.</param>
    public async Task<Visitor> VisitAsync(Uri address, ColorScheme scheme = ColorScheme.Light, int width = 1280)
    {
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = address.ToString(), ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 900 },
            Locale = "en-GB", TimezoneId = "UTC", ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(PatienceMs);
        return new(context, await context.NewPageAsync());
    }

    private static string FindChromium() =>
        Environment.GetEnvironmentVariable("WORKERFLEET_TEST_CHROMIUM")
        ?? Places.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException(
            $"There is no browser at {string.Join(", ", Places)}: install Debian's chromium, or name one in " +
            "WORKERFLEET_TEST_CHROMIUM.");
}
