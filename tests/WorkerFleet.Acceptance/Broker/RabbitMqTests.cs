namespace WorkerFleet.Acceptance.Broker;

/// <summary>
/// The tests that share one broker. They run one after the other, and beside no others: they restart it, and measure.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RabbitMqTests : ICollectionFixture<RabbitMqBroker>
{
    public const string Name = "RabbitMQ";
}
