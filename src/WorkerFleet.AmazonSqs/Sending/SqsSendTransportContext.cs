using System.Text.RegularExpressions;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.AmazonSqs.Configuration;
using WorkerFleet.AmazonSqs.Topology;

namespace WorkerFleet.AmazonSqs.Sending;

/// <summary>Sends to one queue, or publishes to the queues that are bound to the type of the message.</summary>
internal sealed partial class SqsSendTransportContext(
    SqsHostConfiguration host, ISerialization serialization, SqsAddress address)
    : BaseSendTransportContext(host, serialization), SendTransportContext<PipeContext>
{
    private readonly MessageAttributes _attributes = new(host.Settings!.AllowedHeaders);

    public override string EntityName => address.Name;

    public override string ActivitySystem => "aws_sqs";

    public void Probe(ProbeContext context)
    {
    }

    public Task Send(IPipe<PipeContext> pipe, CancellationToken cancellationToken = default) =>
        pipe.Send(new SendPipeContext(cancellationToken));

    public override async Task<SendContext<T>> CreateSendContext<T>(
        T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken)
    {
        var context = new SqsMessageSendContext<T>(message, cancellationToken);
        await pipe.Send(context);
        return context;
    }

    public Task<SendContext<T>> CreateSendContext<T>(
        PipeContext context, T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken)
        where T : class =>
        CreateSendContext(message, pipe, cancellationToken);

    public async Task Send<T>(PipeContext transportContext, SendContext<T> sendContext)
        where T : class
    {
        var context = sendContext as SqsMessageSendContext<T>
            ?? throw new ArgumentException("The context was not made by this transport.", nameof(sendContext));
        context.CancellationToken.ThrowIfCancellationRequested();
        IReadOnlyCollection<string> targets =
            address.IsTopic ? host.Bindings.QueuesOf(context.SupportedMessageTypes) : [address.Name];
        if (targets.Count == 0)
        {
            // As with an exchange that no queue is bound to.
            MassTransit.LogContext.Debug?.Log(
                "No queue is bound to {MessageType}: nothing was published", typeof(T).FullName);
            return;
        }

        var entries = targets.Select(queue => (queue, EntryFor(queue, context))).ToList();
        await Task.WhenAll(entries.Select(entry => SendAsync(entry.queue, entry.Item2, context.CancellationToken)));
    }

    private Task SendAsync(string queueName, SendMessageBatchRequestEntry entry, CancellationToken cancellationToken)
    {
        var connection = host.Connection;
        return connection.SendAsync(
            token => address.AutoDelete && !host.Queues.Contains(queueName)
                ? connection.FindAsync(queueName, token)
                : connection.DeclareAsync(host.Queues.Find(queueName) ?? new QueueSettings(queueName), token),
            queueName, entry, cancellationToken);
    }

    private SendMessageBatchRequestEntry EntryFor<T>(string queueName, SqsMessageSendContext<T> context)
        where T : class
    {
        if (context.GroupId is { Length: > 0 } groupId && !GroupId().IsMatch(groupId))
            throw new MessageException(
                typeof(T),
                $"Amazon SQS does not take '{groupId}' as a group: 1 to 128 letters, digits and punctuation marks of "
                + "ASCII");
        var now = host.Time.GetUtcNow();
        var plan = DelayPlan.For(now + context.Delay, now);
        if (plan.DueHeader is not null && !host.Queues.Contains(queueName))
            throw new MessageException(
                typeof(T),
                $"Amazon SQS delays a message by at most {SqsLimits.MaxDelaySeconds} s, and longer delays need a "
                + $"receiver of this transport; if queue '{queueName}' has one, name it with Queue(\"{queueName}\")");
        var entry = new SendMessageBatchRequestEntry
        {
            MessageBody = context.Body.GetString(),
            MessageAttributes = _attributes.Of(context, plan.DueHeader),
            DelaySeconds = plan.DelaySeconds,
            MessageGroupId = NullIfEmpty(context.GroupId),
            MessageDeduplicationId = NullIfEmpty(context.DeduplicationId),
        };
        var size = SqsLimits.SizeOf(entry);
        return size <= SqsLimits.MaxBytes
            ? entry
            : throw new MessageException(
                typeof(T),
                $"The message has {size} bytes, but Amazon SQS takes at most {SqsLimits.MaxBytes}; send large parts "
                + "by reference");
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    [GeneratedRegex("^[!-~]{1,128}$", RegexOptions.CultureInvariant)]
    private static partial Regex GroupId();

    private sealed class SendPipeContext(CancellationToken cancellationToken) : BasePipeContext(cancellationToken);
}
