using WorkerFleet.Acceptance.Broker;
using WorkerFleet.Acceptance.Fleet;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Cloud;

/// <summary>With the store in DynamoDB and S3.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class CloudStoreKillTests(RabbitMqBroker broker, ITestOutputHelper log) : FleetKillTests(TestFleet.Create(broker, log), log)
{
    private protected override Task PrepareAsync(TestFleet fleet) => fleet.UseCloudStoreAsync();
}
