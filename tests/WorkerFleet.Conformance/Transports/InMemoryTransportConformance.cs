using MassTransit;

namespace WorkerFleet.Conformance.Transports;

public sealed class InMemoryTransportConformance : TransportConformance
{
    protected override ITransportFixture Transport { get; } = new InMemoryTransport();

    private sealed class InMemoryTransport : ITransportFixture
    {
        public Func<Task> Register(
            IBusRegistrationConfigurator registration,
            Action<IBusRegistrationContext, IBusFactoryConfigurator> configure)
        {
            registration.UsingInMemory((context, configurator) => configure(context, configurator));
            return () => Task.CompletedTask;
        }
    }
}
