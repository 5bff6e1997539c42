using System.Collections.Concurrent;
using MassTransit;

namespace WorkerFleet.Messaging;

/// <summary>Sends to the fleet's queues from outside a consumer.</summary>
public sealed class FleetBus(IBus bus)
{
    private readonly ConcurrentDictionary<string, Task<ISendEndpoint>> _endpoints = new();

    /// <summary>Complete when the broker has the message.</summary>
    public async Task SendAsync<T>(string queue, T message, CancellationToken cancellationToken)
        where T : class
    {
        var endpoint = await EndpointAsync(queue);
        await endpoint.Send(message, cancellationToken);
    }

    /// <summary>Sends many at once. Complete when the broker has them all.</summary>
    public async Task SendBatchAsync<T>(string queue, IReadOnlyList<T> messages, CancellationToken cancellationToken)
        where T : class
    {
        if (messages.Count == 0)
            return;
        var endpoint = await EndpointAsync(queue);
        await endpoint.SendBatch(messages, cancellationToken);
    }

    /// <summary>Sends a message whose type is known only at run time.</summary>
    public async Task SendObjectAsync(string queue, object message, CancellationToken cancellationToken)
    {
        var endpoint = await EndpointAsync(queue);
        await endpoint.Send(message, message.GetType(), cancellationToken);
    }

    private Task<ISendEndpoint> EndpointAsync(string queue) =>
        _endpoints.GetOrAdd(queue, name => bus.GetSendEndpoint(new Uri($"queue:{name}")));
}
