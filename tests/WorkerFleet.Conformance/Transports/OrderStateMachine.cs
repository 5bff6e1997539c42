using MassTransit;

namespace WorkerFleet.Conformance.Transports;

/// <summary>A saga that needs two events, and publishes a third.</summary>
public sealed class OrderStateMachine : MassTransitStateMachine<OrderState>
{
    public OrderStateMachine()
    {
        InstanceState(order => order.CurrentState);
        Initially(When(Opened).TransitionTo(Open));
        During(
            Open,
            Ignore(Opened),
            When(Paid).Publish(context => new OrderShipped($"{context.Saga.CorrelationId}")).TransitionTo(Shipped));
    }

    public State Open { get; private set; } = null!;

    public State Shipped { get; private set; } = null!;

    public Event<OrderOpened> Opened { get; private set; } = null!;

    public Event<OrderPaid> Paid { get; private set; } = null!;
}
