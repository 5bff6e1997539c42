using MassTransit;
using MassTransit.Topology;

namespace WorkerFleet.AmazonSqs.Topology;

internal sealed class SqsPublishTopology(IMessageTopology messages, QueueBindings bindings) : PublishTopology
{
    public SqsMessagePublishTopology<T> GetSqsMessageTopology<T>()
        where T : class =>
        (SqsMessagePublishTopology<T>)GetMessageTopology<T>();

    protected override IMessagePublishTopologyConfigurator CreateMessageTopology<T>()
    {
        var topology = new SqsMessagePublishTopology<T>(this, messages.GetMessageTopology<T>(), bindings);
        OnMessageTopologyCreated(topology);
        return topology;
    }
}
