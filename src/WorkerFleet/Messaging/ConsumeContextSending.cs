using MassTransit;

namespace WorkerFleet.Messaging;

/// <summary>Sending from a consumer or saga, by way of its outbox where it has one.</summary>
public static class ConsumeContextSending
{
    public static async Task SendAsync<T>(this ConsumeContext context, string queue, T message)
        where T : class
    {
        var endpoint = await context.GetSendEndpoint(QueueAddresses.For(context).Of(queue));
        // An outbox sends later, and with this token: so it is the token that has the limit, and it is not disposed here.
        var limit = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        limit.CancelAfter(SendLimit.Value);
        await endpoint.Send(message, limit.Token);
    }
}
