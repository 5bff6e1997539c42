using System.Runtime.ExceptionServices;
using System.Runtime.Serialization;
using System.Security.Cryptography;
using System.Text.Json;
using MassTransit;
using WorkerFleet.Messaging;

namespace WorkerFleet.DeadLetters;

/// <summary>
/// Hands on what no consumer will ever handle: what cannot be deserialized, and what is of a type that nobody here knows.
/// Everything else that fails goes back to its queue: the broker counts, and dead-letters it in the end.
/// </summary>
internal sealed class BrokenMessageSender(QueueAddresses addresses, TimeProvider time)
    : IFilter<ExceptionReceiveContext>, IFilter<ReceiveContext>
{
    /// <summary>Bytes of a body that are kept: as Base64, in a message that every broker takes.</summary>
    private const int MaxBody = 512 * 1024;

    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (!CannotBeRead(context))
            ExceptionDispatchInfo.Throw(context.Exception);
        await SendAsync(context, $"it cannot be read: {context.Exception.Message}");
        // Otherwise it would be taken for a message that nobody handles, and come here once more.
        await context.NotifyFaulted(context.Exception);
    }

    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) =>
        SendAsync(context, CauseOf(context));

    public void Probe(ProbeContext context) => context.CreateFilterScope("brokenMessages");

    /// <summary>
    /// MassTransit reads the envelope first, and what is in it when it looks for a consumer. So the same exception is one of
    /// a consumer only where that has told of it.
    /// </summary>
    private static bool CannotBeRead(ExceptionReceiveContext context) =>
        context.Exception is SerializationException || (context.Exception is JsonException && !context.IsFaulted);

    private async Task SendAsync(ReceiveContext context, string cause)
    {
        var body = context.Body.GetBytes();
        var endpoint = await context.SendEndpointProvider.GetSendEndpoint(addresses.Of(QueueNames.DeadLetter));
        var message = new BrokenMessage(
            Convert.ToHexStringLower(SHA256.HashData(body)), context.InputAddress.AbsolutePath.Split('/')[^1], cause,
            body.Length > MaxBody ? body[..MaxBody] : body, time.GetUtcNow());
        await SendLimit.ApplyAsync(limited => endpoint.Send(message, limited), context.CancellationToken);
    }

    /// <summary>What the broker dead-lettered says why; what somebody put into the queue does not.</summary>
    private static string CauseOf(ReceiveContext context) =>
        context.TransportHeaders.Get<string>("x-first-death-reason") is { } reason
            ? $"the broker took it from {context.TransportHeaders.Get<string>("x-first-death-queue")}: {reason}"
            : "nobody handles messages of its type in this queue";
}
