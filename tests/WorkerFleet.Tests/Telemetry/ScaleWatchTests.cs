using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Batches;
using WorkerFleet.Scaling;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Telemetry;

[Collection(ListeningAlone.Name)]
public sealed class ScaleWatchTests : IDisposable
{
    private static readonly ScaleOptions Options = new();

    private readonly ManualTime _time = new();
    private readonly InMemoryBatchStore _batches = new();
    private readonly InMemoryLeases _leases = new();
    private readonly InMemorySchedule _schedule = new();
    private readonly FixedWorkers _workers = new();
    private readonly TestAgents _agents = new() { Limits = new() { Concurrency = 50 } };
    private readonly Measured _measured = new();

    public ScaleWatchTests() => _batches.Add(new()
    {
        CorrelationId = Guid.CreateVersion7(),
        CurrentState = BatchStatus.Submitted,
        TotalRows = 700,
        Spec = new() { Agents = new() { Default = TestAgents.Name } },
    });

    public void Dispose() => _measured.Dispose();

    [Fact]
    public async Task Look_OfOneProcess_PublishesWhatScalersGoBy()
    {
        await _schedule.PutAsync(
            new("a", Guid.CreateVersion7(), _time.GetUtcNow(), "items", "type", "{}"), CancellationToken.None);
        using var watch = Create();
        await watch.StartAsync(CancellationToken.None);
        await PublishesAsync();

        Assert.Equal(700, _measured.Observe("fleet.backlog.items"));
        Assert.Equal(700, _measured.Observe("fleet.backlog.per_worker"));
        Assert.Equal(0, _measured.Observe("fleet.workers.live"));
        Assert.Equal(2, _measured.Observe("fleet.workers.useful"));
        Assert.Equal(1, _measured.Observe("fleet.workers.wanted"));
        Assert.Null(_measured.Observe("fleet.eta"));
        Assert.Equal(1, _measured.Observe("fleet.schedule.depth"));
        Assert.Equal(1, _measured.Observe("fleet.batches", "status=submitted"));
        await watch.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Look_WhileAnotherProcessDoes_SaysNothingUntilThatEnds()
    {
        using var first = Create();
        using var second = Create();
        await first.StartAsync(CancellationToken.None);
        await PublishesAsync();
        await first.StopAsync(CancellationToken.None);
        _leases.Holders["scale"] = "another process";
        await second.StartAsync(CancellationToken.None);
        await Eventually.IsTrueAsync(() => _leases.Refused > 0);

        Assert.Null(_measured.Observe("fleet.backlog.items"));

        _leases.Holders.Remove("scale");
        await AdvanceUntilAsync(() => _measured.Observe("fleet.backlog.items") is 700);
        await second.StopAsync(CancellationToken.None);
        Assert.Empty(_leases.Holders);
        Assert.Null(_measured.Observe("fleet.backlog.items"));
    }

    [Fact]
    public async Task Look_ThatFails_TakesBackWhatIsOld()
    {
        using var watch = Create();
        await watch.StartAsync(CancellationToken.None);
        await PublishesAsync();

        _schedule.Fault = new InvalidOperationException("The store is away.");
        await AdvanceUntilAsync(() => _measured.Observe("fleet.backlog.items") is null);
        _schedule.Fault = null;
        await AdvanceUntilAsync(() => _measured.Observe("fleet.backlog.items") is 700);
        await watch.StopAsync(CancellationToken.None);
    }

    private Task PublishesAsync() => Eventually.IsTrueAsync(() => _measured.Observe("fleet.backlog.items") is not null);

    private async Task AdvanceUntilAsync(Func<bool> condition) => await Eventually.IsTrueAsync(() =>
    {
        if (condition())
            return true;
        _time.Advance(Options.Interval);
        return false;
    });

    private ScaleWatch Create() => new(
        new(_batches, new InMemoryLedger(), _workers, _agents, Options, _time), _schedule, _leases, new(), Options, _time,
        NullLogger<ScaleWatch>.Instance);
}
