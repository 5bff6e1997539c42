using MassTransit;

namespace WorkerFleet.Messaging;

/// <summary>Lets consumers and the saga send to the fleet's queues without knowing their transport.</summary>
internal sealed class QueueAddressesFilter(QueueAddresses addresses) : IFilter<ConsumeContext>
{
    public Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        context.AddOrUpdatePayload(() => addresses, _ => addresses);
        return next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("queueAddresses");
}
