using WorkerFleet.Acceptance.Broker;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>On one machine, with the store in a folder.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class EmbeddedStoreKillTests(RabbitMqBroker broker, ITestOutputHelper log) : FleetKillTests(TestFleet.Create(broker, log), log)
{
    private protected override Task PrepareAsync(TestFleet fleet) => Task.CompletedTask;
}
