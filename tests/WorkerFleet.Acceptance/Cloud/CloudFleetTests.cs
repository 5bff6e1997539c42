using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Fleet;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Cloud;

/// <summary>Several orchestrators and workers that share nothing but a broker and the cloud store.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class CloudFleetTests(RabbitMqBroker broker, ITestOutputHelper log) : IAsyncLifetime
{
    private readonly FlakyBatch _batch = new(20_000);
    private readonly TestFleet _fleet = TestFleet.Create(broker, log);

    public async Task InitializeAsync()
    {
        await _fleet.UseCloudStoreAsync();
        _batch.Prepare(_fleet.Workspace, TimeSpan.FromMilliseconds(10));
        await _fleet.StartAsync(2, 4, "--concurrency", "25");
    }

    public async Task DisposeAsync() => await _fleet.DisposeAsync();

    [Fact]
    public async Task Batch_TwoOrchestratorsAndFourWorkers_SettlesEveryRowOnce()
    {
        var id = await _batch.SubmitAsync(_fleet, concurrency: 100);

        var end = await _fleet.WaitForEndAsync(id);

        // Nobody died, so nothing was begun in vain.
        Assert.Equal(0, await _batch.ShouldHaveEndedAsUndisturbedAsync(_fleet, end, log));
    }
}
