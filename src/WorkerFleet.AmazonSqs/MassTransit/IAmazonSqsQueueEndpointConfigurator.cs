namespace MassTransit;

public interface IAmazonSqsQueueEndpointConfigurator : IAmazonSqsQueueConfigurator
{
    /// <summary>
    /// How long a receive request waits for messages: 0 to 20 seconds, 10 by default. Stopping waits for open requests,
    /// since one that is broken off can take a message with it; each wait that ends without a message costs a request.
    /// </summary>
    ushort WaitTimeSeconds { set; }

    /// <summary>Deletes what is in the queue when the endpoint starts.</summary>
    bool PurgeOnStartup { set; }
}
