using MassTransit;
using WorkerFleet.Conformance.Transports;

namespace WorkerFleet.Acceptance.Broker;

/// <summary>
/// The suite that all transports pass, here with MassTransit's own of RabbitMQ. Its queues have no arguments, since whoever
/// sends to one declares it, too; they end with the tests' broker.
/// </summary>
[Collection(RabbitMqTests.Name)]
public sealed class RabbitMqTransportConformance(RabbitMqBroker broker) : DurableTransportConformance, IDisposable
{
    private readonly RabbitMqTransport _transport = new(broker.Uri);

    protected override ITransportFixture Transport => _transport;

    /// <summary>A channel gives back what it has prefetched when it is closed.</summary>
    protected override bool ReturnsWaitingAtOnce => false;

    public void Dispose() => _transport.Dispose();

    private sealed class RabbitMqTransport(Uri broker) : ITransportFixture, IDisposable
    {
        private readonly List<TcpRelay> _relays = [];

        public Func<Task> Register(
            IBusRegistrationConfigurator registration, Action<IBusRegistrationContext, IBusFactoryConfigurator> configure)
        {
            var relay = new TcpRelay(broker);
            _relays.Add(relay);
            registration.UsingRabbitMq((context, configurator) =>
            {
                configurator.Host(relay.Address);
                configure(context, configurator);
            });
            return () =>
            {
                relay.Cut();
                return Task.CompletedTask;
            };
        }

        public void Dispose() => _relays.ForEach(relay => relay.Dispose());
    }
}
