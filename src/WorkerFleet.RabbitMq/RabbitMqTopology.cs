using MassTransit;
using MassTransit.RabbitMqTransport;
using WorkerFleet.Messaging;

namespace WorkerFleet.RabbitMq;

/// <summary>The queues on the broker, and how each is declared: the same in every process, or the broker refuses.</summary>
internal sealed class RabbitMqTopology(RabbitMqOptions options)
{
    /// <summary>
    /// How often the broker delivers a message that nobody acknowledges, before it takes it to be what ends its
    /// consumers, and dead-letters it. RabbitMQ 4's own default.
    /// </summary>
    public const int DeliveryLimit = 20;

    /// <summary>For the dead-letter queue, behind which there is nothing: RabbitMQ 4 would drop messages at its default.</summary>
    private const int NoDeliveryLimit = 1_000_000;

    /// <summary>
    /// How long a consumer may hold a message. Prefetched items wait for their turn, so the broker's 30 minutes can be
    /// too short; a message that is taken away is delivered again, and changes nothing. RabbitMQ 3.12 and newer.
    /// </summary>
    private static readonly TimeSpan ConsumerTimeout = TimeSpan.FromHours(12);

    /// <summary>
    /// To the exchange in front of the queue: an address of the queue itself would have the sender declare it, as a
    /// classic one.
    /// </summary>
    public QueueAddresses Addresses { get; } = new(options.Prefix, "exchange");

    public IEnumerable<string> Queues => QueueNames.All.Select(Addresses.NameOf);

    public IReadOnlyDictionary<string, object> ArgumentsOf(string queue)
    {
        var arguments = new Dictionary<string, object>
        {
            ["x-queue-type"] = "quorum",
            ["x-consumer-timeout"] = (long)ConsumerTimeout.TotalMilliseconds,
        };
        if (queue == Addresses.NameOf(QueueNames.DeadLetter))
        {
            arguments["x-delivery-limit"] = NoDeliveryLimit;
            return arguments;
        }

        arguments["x-delivery-limit"] = DeliveryLimit;
        // The nameless exchange leads to the queue that the routing key names.
        arguments["x-dead-letter-exchange"] = "";
        arguments["x-dead-letter-routing-key"] = Addresses.NameOf(QueueNames.DeadLetter);
        // A message leaves its queue once the dead-letter queue has confirmed it; needs the overflow that rejects.
        arguments["x-dead-letter-strategy"] = "at-least-once";
        arguments["x-overflow"] = "reject-publish";
        return arguments;
    }

    /// <summary>Declares the endpoint's queue as <see cref="QueueKeeper"/> does.</summary>
    public void Configure(IReceiveEndpointConfigurator endpoint, string queue, IFilter<ChannelContext> channelFilter)
    {
        var rabbit = (IRabbitMqReceiveEndpointConfigurator)endpoint;
        rabbit.Durable = true;
        rabbit.ConfigureChannel(channel => channel.UseFilter(channelFilter));
        foreach (var (key, value) in ArgumentsOf(Addresses.NameOf(queue)))
            rabbit.SetQueueArgument(key, value);
    }
}
