using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Workers;

public sealed class RateExchangeTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly StubLifetime _lifetime = new();
    private readonly FixedWorkers _registry = new();
    private readonly InvocationGovernor _governor;

    public RateExchangeTests() => _governor = new(
        new TestAgents(), new() { Embedded = true }, _lifetime, _time, NullLogger<InvocationGovernor>.Instance);

    public void Dispose()
    {
        _governor.Dispose();
        _lifetime.Dispose();
    }

    [Fact]
    public async Task Exchange_WorkersThatAreThrottled_TakeTheMean()
    {
        await ThrottleAsync();
        var own = _governor.AgentLevels()[TestAgents.Name];
        Report("b", own + 6);
        Report("c", own + 3);
        Report("unslowed", null);

        await RunUntilAsync(() => Math.Abs(_governor.AgentLevels()[TestAgents.Name] - (own + 3)) < 0.001);
    }

    [Fact]
    public async Task Exchange_WorkerThatIsNotThrottled_IsNotSlowed()
    {
        Report("b", 2);
        var end = _time.GetUtcNow().AddSeconds(4);

        // It has looked by then, and waits for the next time.
        await RunUntilAsync(() => _time.GetUtcNow() >= end && _time.Waits(StorePace.Local.Report * 2));

        Assert.Empty(_governor.AgentLevels());
    }

    private async Task RunUntilAsync(Func<bool> holds)
    {
        using var exchange = new RateExchange(
            _governor, _registry, new(), StorePace.Local, _time, NullLogger<RateExchange>.Instance);
        await exchange.StartAsync(CancellationToken.None);
        await Eventually.IsTrueAsync(() => _time.Waits(StorePace.Local.Report * 2));
        await Eventually.IsTrueAsync(() =>
        {
            if (_registry.Workers.Count > 0 && _registry.Workers[0].SeenAt > _time.GetUtcNow().AddSeconds(-4))
                _time.Advance(TimeSpan.FromMilliseconds(500));
            return holds();
        });
        await exchange.StopAsync(CancellationToken.None);
    }

    private async Task ThrottleAsync()
    {
        var batch = new BatchView(new() { CorrelationId = Guid.CreateVersion7(), CurrentState = BatchStatus.Processing });
        // The first by itself could be chance.
        for (var call = 0; call < 2; call++)
        {
            using var admission = await _governor.AdmitAsync(batch, TestAgents.Name);
            using var permit = await _governor.AcquireAsync(admission);
            permit.End(new ItemFailure(FailureKind.Throttled, "Slow down.", true));
        }
    }

    private void Report(string id, double? level) => _registry.Workers.Add(new()
    {
        Id = id,
        Host = "h",
        Version = "1",
        Roles = [],
        StartedAt = _time.GetUtcNow(),
        SeenAt = _time.GetUtcNow(),
        Status = WorkerStatus.Running,
        AgentLevels = level is { } value ? new Dictionary<string, double> { [TestAgents.Name] = value } : [],
    });
}
