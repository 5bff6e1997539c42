using System.Collections.Concurrent;
using MassTransit;

namespace WorkerFleet.Tests.Fakes;

/// <summary>
/// Sees what goes over a bus: messages that were sent, and how each one that came in ended, retries included. The harness's
/// own lists give up after a while in which nothing happens, which on a busy machine means nothing.
/// </summary>
internal sealed class BusWatch : IReceiveObserver, ISendObserver
{
    private readonly ConcurrentQueue<object> _sent = new();
    private readonly ConcurrentDictionary<Guid, Exception> _faults = new();
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<Exception?>> _ends = new();

    public BusWatch(IBus bus)
    {
        bus.ConnectReceiveObserver(this);
        bus.ConnectSendObserver(this);
    }

    /// <summary>What was sent so far, in order.</summary>
    public IReadOnlyList<T> Sent<T>() => [.. _sent.OfType<T>()];

    /// <summary>Sends, and waits until it has been consumed with everything that this sends.</summary>
    /// <returns>What the consumer threw in the end; null when it did not.</returns>
    public async Task<Exception?> ConsumedAsync<T>(IBus bus, string queue, T message)
        where T : class
    {
        var messageId = Guid.CreateVersion7();
        var endpoint = await bus.GetSendEndpoint(new Uri($"queue:{queue}"));
        await endpoint.Send(message, context => context.MessageId = messageId);
        return await EndOf(messageId).Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class
    {
        _faults.TryRemove(context.MessageId!.Value, out _);
        return Task.CompletedTask;
    }

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class
    {
        _faults[context.MessageId!.Value] = exception;
        return Task.CompletedTask;
    }

    public Task PostReceive(ReceiveContext context) => End(context, null);

    public Task ReceiveFault(ReceiveContext context, Exception exception) => End(context, exception);

    public Task PreSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostSend<T>(SendContext<T> context)
        where T : class
    {
        _sent.Enqueue(context.Message);
        return Task.CompletedTask;
    }

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;

    private Task End(ReceiveContext context, Exception? exception)
    {
        if (context.GetMessageId() is { } messageId)
            EndOf(messageId).TrySetResult(exception ?? _faults.GetValueOrDefault(messageId));
        return Task.CompletedTask;
    }

    private TaskCompletionSource<Exception?> EndOf(Guid messageId) =>
        _ends.GetOrAdd(messageId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
