using WorkerFleet.Acceptance.Broker;
using Xunit.Abstractions;

namespace WorkerFleet.Acceptance.Fleet;

/// <summary>On one machine, with the store in a folder.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class EmbeddedStoreKillTests(RabbitMqBroker broker, ITestOutputHelper log) : FleetKillTests(broker, log)
{
    private protected override Task PrepareStoreAsync(TestFleet fleet) => Task.CompletedTask;
}
