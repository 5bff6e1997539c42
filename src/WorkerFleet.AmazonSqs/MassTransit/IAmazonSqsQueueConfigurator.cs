namespace MassTransit;

/// <summary>
/// How a queue is created where it is missing. A queue that is there is never changed: differences are logged.
/// </summary>
public interface IAmazonSqsQueueConfigurator
{
    /// <summary>
    /// Part of the queue's address only: SQS keeps messages in any case. True unless the queue is a temporary one.
    /// </summary>
    bool Durable { set; }

    /// <summary>Deletes the queue when the receive endpoint stops.</summary>
    bool AutoDelete { set; }

    /// <summary>As SQS calls them, such as SqsManagedSseEnabled, KmsMasterKeyId or MessageRetentionPeriod.</summary>
    IDictionary<string, object> QueueAttributes { get; }

    IDictionary<string, string> QueueTags { get; }

    /// <summary>
    /// SQS moves to another queue what was received too often without being deleted, which is what ends its consumers.
    /// That queue is created first if it is missing.
    /// </summary>
    /// <param name="deadLetterQueueName">Of the queue where such messages go.</param>
    /// <param name="maxReceiveCount">
    /// 1 to 1,000. At least 5: a message that a stopping process lets go of was received, too.
    /// </param>
    /// <remarks>Not in MassTransit's own package.</remarks>
    void RedrivePolicy(string deadLetterQueueName, int maxReceiveCount);
}
