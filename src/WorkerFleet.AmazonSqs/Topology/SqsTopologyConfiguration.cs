using MassTransit;
using MassTransit.Configuration;
using MassTransit.Topology;

namespace WorkerFleet.AmazonSqs.Topology;

/// <summary>The topologies of a bus, and of a receive endpoint, which has only a consume topology of its own.</summary>
internal sealed class SqsTopologyConfiguration : ITopologyConfiguration
{
    public SqsTopologyConfiguration()
    {
        Message = new MessageTopology(new MessageNameFormatterEntityNameFormatter(new SqsMessageNameFormatter()));
        Send = new SendTopology();
        Send.ConnectSendTopologyConfigurationObserver(
            new DelegateSendTopologyConfigurationObserver(GlobalTopology.Send));
        SqsPublish = new SqsPublishTopology(Message, Bindings);
        SqsPublish.ConnectPublishTopologyConfigurationObserver(
            new DelegatePublishTopologyConfigurationObserver(GlobalTopology.Publish));
        SqsPublish.ConnectPublishTopologyConfigurationObserver(new PublishToSendTopologyConfigurationObserver(Send));
    }

    public SqsTopologyConfiguration(SqsTopologyConfiguration parent)
    {
        Message = parent.Message;
        Send = parent.Send;
        SqsPublish = parent.SqsPublish;
        Bindings = parent.Bindings;
        Queues = parent.Queues;
    }

    public QueueBindings Bindings { get; } = new();

    public QueueCatalog Queues { get; } = new();

    public SqsPublishTopology SqsPublish { get; }

    public IMessageTopologyConfigurator Message { get; }

    public ISendTopologyConfigurator Send { get; }

    public IPublishTopologyConfigurator Publish => SqsPublish;

    public IConsumeTopologyConfigurator Consume { get; } = new SqsConsumeTopology();

    public IEnumerable<ValidationResult> Validate() =>
        Send.Validate().Concat(Publish.Validate()).Concat(Consume.Validate());
}
