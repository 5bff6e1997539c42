using MassTransit;

namespace WorkerFleet.Conformance.Transports;

public sealed class OrderState : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }

    public string CurrentState { get; set; } = "";
}
