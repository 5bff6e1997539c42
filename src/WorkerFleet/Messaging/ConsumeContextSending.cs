using MassTransit;

namespace WorkerFleet.Messaging;

/// <summary>Sending from a consumer or saga, by way of its outbox where it has one.</summary>
public static class ConsumeContextSending
{
    public static async Task SendAsync<T>(this ConsumeContext context, string queue, T message)
        where T : class
    {
        var endpoint = await context.GetSendEndpoint(QueueAddresses.For(context).Of(queue));
        await endpoint.Send(message, context.CancellationToken);
    }
}
