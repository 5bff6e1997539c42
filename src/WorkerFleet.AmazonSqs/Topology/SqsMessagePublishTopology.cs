using MassTransit;
using MassTransit.Topology;

namespace WorkerFleet.AmazonSqs.Topology;

internal sealed class SqsMessagePublishTopology<T>(
    IPublishTopology publishTopology, IMessageTopology<T> messageTopology, QueueBindings bindings)
    : MessagePublishTopology<T>(publishTopology), IAmazonSqsMessagePublishTopologyConfigurator<T>
    where T : class
{
    public void BindQueue(string queueName)
    {
        SqsQueueNames.ThrowIfInvalid(queueName);
        bindings.Configure(typeof(T), queueName);
    }

    public override bool TryGetPublishAddress(Uri baseAddress, out Uri publishAddress)
    {
        publishAddress = SqsAddress.OfTopic(baseAddress, messageTopology.EntityName).Uri;
        return true;
    }
}
