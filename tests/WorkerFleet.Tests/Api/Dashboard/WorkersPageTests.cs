using System.Net;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Api.Dashboard;

public sealed class WorkersPageTests : IAsyncLifetime
{
    /// <summary>Seen a moment from now, a worker is not lost however long the test takes.</summary>
    private static readonly TimeSpan Alive = TimeSpan.FromMinutes(-1);

    private readonly Guid _batch = Guid.CreateVersion7();
    private ApiFixture _api = null!;

    public async Task InitializeAsync() => _api = await ApiFixture.StartAsync(drives: false);

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Workers_None_SaysHowToStartOne()
    {
        var html = await _api.Client.PageAsync("/workers");

        Assert.Contains("fleet worker", html, StringComparison.Ordinal);
        Assert.Contains("data-every=\"5\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Workers_Some_ShowsHowBusyEachIsAndWhyNot()
    {
        await PutAsync("steady", Alive);
        await PutAsync("pressed", Alive, worker => worker with
        {
            Status = WorkerStatus.Pressed, Note = "memory at 91 % of <b>512</b> MiB", MemoryBytes = 490L << 20,
        });
        await PutAsync("gone", TimeSpan.FromMinutes(2));

        var html = await _api.Client.PageAsync("/workers");

        foreach (var part in (string[])
            ["7 of 20", "12.5", "300 MiB", "490 MiB", "40 %", "memory at 91 % of &lt;b&gt;512&lt;/b&gt; MiB"])
            Assert.Contains(part, html, StringComparison.Ordinal);
        Assert.Matches("data-warn[^>]*>2 min( [0-9]+ s)? ago", html);
        Assert.Contains($"href=\"/batches/{_batch}\"", html, StringComparison.Ordinal);
        Assert.Single(html.Split("class=\"silent\"").Skip(1));
        // Those that need a look come first.
        Assert.Equal(["gone", "pressed", "steady"], ((string[])["steady", "pressed", "gone"])
            .OrderBy(id => html.IndexOf($">{id}<", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Workers_SeenByOneOwner_HideWhatTheyWorkOn()
    {
        await PutAsync("one", Alive);
        using var ann = _api.As("ann", "read");

        var html = await ann.PageAsync("/workers");

        Assert.Contains(">one<", html, StringComparison.Ordinal);
        Assert.DoesNotContain($"{_batch}", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Workers_WithoutScopeToRead_AreForbidden()
    {
        using var ann = _api.As("ann", "submit");

        await ann.PageAsync("/workers", HttpStatusCode.Forbidden);
    }

    private Task PutAsync(string id, TimeSpan silentFor, Func<WorkerRecord, WorkerRecord>? change = null)
    {
        var seen = TimeProvider.System.GetUtcNow() - silentFor;
        var worker = new WorkerRecord
        {
            Id = id, Host = "host", Version = "1.2.3+abc", Roles = [FleetRole.Worker], StartedAt = seen.AddHours(-2), SeenAt = seen,
            Status = WorkerStatus.Running, Batches = [_batch], InFlight = 7, Capacity = 20, Concurrency = 25, ItemsPerSecond = 12.5,
            MemoryBytes = 300L << 20, MemoryLimitBytes = 512L << 20, Cpu = 0.4,
        };
        return _api.Get<IWorkerRegistry>().PutAsync(change?.Invoke(worker) ?? worker, CancellationToken.None);
    }
}
