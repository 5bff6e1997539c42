using MassTransit;

namespace WorkerFleet.Conformance.Transports;

/// <summary>A transport with its broker, for <see cref="TransportConformance"/>.</summary>
public interface ITransportFixture
{
    /// <summary>Registers a bus on the transport.</summary>
    /// <param name="registration">Where; sagas and request clients are registered already.</param>
    /// <param name="configure">Adds the receive endpoints.</param>
    /// <returns>
    /// Cuts the bus off from its broker, so that it neither acknowledges nor returns what it holds: to the broker its
    /// process is gone.
    /// </returns>
    Func<Task> Register(
        IBusRegistrationConfigurator registration, Action<IBusRegistrationContext, IBusFactoryConfigurator> configure);
}
