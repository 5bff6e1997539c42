using MassTransit;
using WorkerFleet.AmazonSqs.Topology;

namespace WorkerFleet.AmazonSqs.Configuration;

/// <summary>Writes into the settings of a queue.</summary>
internal sealed class SqsQueueConfigurator(QueueSettings settings) : IAmazonSqsQueueConfigurator
{
    public const int MaxReceiveCountLimit = 1_000;

    public bool Durable
    {
        set => settings.Durable = value;
    }

    public bool AutoDelete
    {
        set => settings.AutoDelete = value;
    }

    public IDictionary<string, object> QueueAttributes => settings.Attributes;

    public IDictionary<string, string> QueueTags => settings.Tags;

    public void RedrivePolicy(string deadLetterQueueName, int maxReceiveCount)
    {
        SqsQueueNames.ThrowIfInvalid(deadLetterQueueName);
        if (maxReceiveCount is < 1 or > MaxReceiveCountLimit)
            throw new ConfigurationException(
                $"Amazon SQS: the maxReceiveCount of queue '{settings.Name}' is {maxReceiveCount}; it has to be from "
                + $"1 to {MaxReceiveCountLimit}.");
        settings.DeadLetterQueueName = deadLetterQueueName;
        settings.MaxReceiveCount = maxReceiveCount;
    }
}
