using System.Collections.Concurrent;
using MassTransit;

namespace WorkerFleet.Messaging;

/// <summary>Sends to the fleet's queues from outside a consumer.</summary>
public sealed class FleetBus(IBus bus, QueueAddresses? addresses = null)
{
    private readonly QueueAddresses _addresses = addresses ?? new();
    private readonly ConcurrentDictionary<string, ISendEndpoint> _endpoints = new();
    private string? _system;

    /// <summary>The broker, as OpenTelemetry calls it.</summary>
    public string System => _system ??= bus.Address.Scheme switch
    {
        "rabbitmq" or "rabbitmqs" => "rabbitmq",
        "amazonsqs" => "aws_sqs",
        "loopback" => "in_memory",
        var other => other,
    };

    /// <summary>Complete when the broker has the message.</summary>
    public async Task SendAsync<T>(string queue, T message, CancellationToken cancellationToken)
        where T : class
    {
        var endpoint = await EndpointAsync(queue);
        await SendLimit.ApplyAsync(limited => endpoint.Send(message, limited), cancellationToken);
    }

    /// <summary>Sends many at once. Complete when the broker has them all.</summary>
    public async Task SendBatchAsync<T>(string queue, IReadOnlyList<T> messages, CancellationToken cancellationToken)
        where T : class
    {
        if (messages.Count == 0)
            return;
        var endpoint = await EndpointAsync(queue);
        await SendLimit.ApplyAsync(limited => endpoint.SendBatch(messages, limited), cancellationToken);
    }

    /// <summary>Sends a message whose type is known only at run time.</summary>
    /// <param name="queue">Name of the queue.</param>
    /// <param name="message">The message.</param>
    /// <param name="headers">Sets headers; null for none.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task SendObjectAsync(
        string queue, object message, Action<SendHeaders>? headers, CancellationToken cancellationToken)
    {
        var endpoint = await EndpointAsync(queue);
        await SendLimit.ApplyAsync(
            limited => endpoint.Send(
                message, message.GetType(), Pipe.Execute<SendContext>(context => headers?.Invoke(context.Headers)), limited),
            cancellationToken);
    }

    /// <summary>Remembers the endpoint, but not a failure to reach it.</summary>
    private async ValueTask<ISendEndpoint> EndpointAsync(string queue)
    {
        if (!_endpoints.TryGetValue(queue, out var endpoint))
            _endpoints[queue] = endpoint = await bus.GetSendEndpoint(_addresses.Of(queue));
        return endpoint;
    }
}
