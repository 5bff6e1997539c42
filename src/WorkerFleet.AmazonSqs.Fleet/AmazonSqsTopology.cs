using System.Globalization;
using MassTransit;
using WorkerFleet.Messaging;

namespace WorkerFleet.AmazonSqs.Fleet;

/// <summary>The fleet's queues at SQS, and how each is made.</summary>
internal sealed class AmazonSqsTopology(AmazonSqsOptions options)
{
    /// <summary>
    /// How often SQS delivers a message that nobody deletes, before it takes it to be what ends its consumers, and moves it
    /// to the dead-letter queue. As with RabbitMQ.
    /// </summary>
    public const int MaxReceiveCount = 20;

    /// <summary>SQS's longest: what nobody receives for so long is lost, and made again by the reconciler.</summary>
    private static readonly TimeSpan Retention = TimeSpan.FromDays(14);

    /// <summary>What fails is not to come back at once, again and again, while a store is out of reach.</summary>
    private static readonly TimeSpan Redelivery = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Fills receives from 200 rows a second and worker on, where their number matters; far below what the items take that a
    /// worker holds beyond those that it works on.
    /// </summary>
    private static readonly TimeSpan ReceivePause = TimeSpan.FromMilliseconds(50);

    public QueueAddresses Addresses { get; } = new(options.Prefix);

    public IEnumerable<string> Queues => QueueNames.All.Select(Addresses.NameOf);

    /// <summary>Tells the bus of every queue, so that it does not matter which process is there first.</summary>
    public void Declare(IAmazonSqsBusFactoryConfigurator bus)
    {
        bus.Declare = options.Declare;
        foreach (var queue in QueueNames.All)
            bus.Queue(Addresses.NameOf(queue), configurator => Configure(configurator, queue));
    }

    public void Configure(IReceiveEndpointConfigurator endpoint, string queue)
    {
        var sqs = (IAmazonSqsReceiveEndpointConfigurator)endpoint;
        sqs.VisibilityTimeout = (int)options.VisibilityTimeout.TotalSeconds;
        sqs.RedeliverVisibilityTimeout = (int)Redelivery.TotalSeconds;
        sqs.ReceivePause = ReceivePause;
        Configure((IAmazonSqsQueueConfigurator)sqs, queue);
    }

    /// <summary>
    /// Of a queue that is new, without its redrive policy, which needs the other queue's ARN. Where nothing is said of
    /// encryption, SQS encrypts with keys of its own.
    /// </summary>
    public IReadOnlyDictionary<string, string> Attributes
    {
        get
        {
            var attributes = new Dictionary<string, string>
            {
                ["MessageRetentionPeriod"] = ((int)Retention.TotalSeconds).ToString(CultureInfo.InvariantCulture),
            };
            if (options.KmsKey is { } key)
                attributes["KmsMasterKeyId"] = key;
            return attributes;
        }
    }

    /// <summary>Of a queue that is new.</summary>
    public IReadOnlyDictionary<string, string> Tags =>
        new Dictionary<string, string>(options.Tags) { ["application"] = "workerfleet" };

    private void Configure(IAmazonSqsQueueConfigurator configurator, string queue)
    {
        foreach (var (name, value) in Attributes)
            configurator.QueueAttributes[name] = value;
        foreach (var (name, value) in Tags)
            configurator.QueueTags[name] = value;
        // Behind the dead-letter queue there is nothing.
        if (queue != QueueNames.DeadLetter)
            configurator.RedrivePolicy(Addresses.NameOf(QueueNames.DeadLetter), MaxReceiveCount);
    }
}
