using System.Globalization;
using Amazon.CDK;
using Amazon.CDK.AWS.SQS;
using Constructs;
using WorkerFleet.AmazonSqs.Fleet;
using WorkerFleet.Messaging;

namespace WorkerFleet.Ecs;

/// <summary>The fleet's queues, as <c>fleet provision</c> makes them.</summary>
internal sealed class Queues : Construct
{
    private readonly Dictionary<string, Queue> _queues = [];

    public Queues(Construct scope, FleetSettings settings)
        : base(scope, "Queues")
    {
        var topology = new AmazonSqsTopology(new() { Region = Stack.Of(this).Region, Prefix = settings.Prefix });
        var retention = Duration.Seconds(int.Parse(
            topology.Attributes["MessageRetentionPeriod"], CultureInfo.InvariantCulture));
        foreach (var queue in QueueNames.All.OrderBy(queue => queue != QueueNames.DeadLetter))
            _queues[queue] = new Queue(this, queue, new QueueProps
            {
                QueueName = topology.Addresses.NameOf(queue),
                RetentionPeriod = retention,
                Encryption = QueueEncryption.SQS_MANAGED,
                EnforceSSL = true,
                // Messages of rows are made again from source and ledger; those of dead letters are not.
                RemovalPolicy = queue == QueueNames.DeadLetter ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
                DeadLetterQueue = queue == QueueNames.DeadLetter ? null : new DeadLetterQueue
                {
                    Queue = _queues[QueueNames.DeadLetter],
                    MaxReceiveCount = AmazonSqsTopology.MaxReceiveCount,
                },
            });
    }

    public Queue this[string name] => _queues[name];
}
