namespace MassTransit;

/// <summary>Configures a receive endpoint on an SQS queue.</summary>
public interface IAmazonSqsReceiveEndpointConfigurator :
    IReceiveEndpointConfigurator,
    IAmazonSqsQueueEndpointConfigurator
{
    /// <summary>
    /// How long a message that failed stays invisible before it is delivered again, in seconds: 0 (at once) to 43,200;
    /// 0 by default. What a stopping bus lets go of is visible at once in any case.
    /// </summary>
    int RedeliverVisibilityTimeout { set; }

    /// <summary>
    /// How long messages are invisible to others, in seconds: 2 to 43,200, 30 by default. Extended while they wait here
    /// or are worked on, so it is how long it takes until what a crashed process held is delivered again.
    /// </summary>
    /// <remarks>Not in MassTransit's own package, where it is the queue's.</remarks>
    int VisibilityTimeout { set; }

    /// <summary>
    /// How long the endpoint may wait between two receives, so that each brings as many messages as a request can: 0 to 1 s;
    /// not at all by default. It is found by trial, and nothing where a queue is full. Worth it where messages come all the
    /// time and the endpoint holds more than its consumers work on.
    /// </summary>
    /// <remarks>Not in MassTransit's own package.</remarks>
    TimeSpan ReceivePause { set; }

    /// <summary>
    /// How long a message is held at most from its reception, in seconds: at most 43,200, which is SQS's limit and the
    /// default. Then the consumer is cancelled, and the message delivered again.
    /// </summary>
    int MaxVisibilityTimeout { set; }
}
