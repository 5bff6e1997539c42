using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using MassTransit;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.AmazonSqs.Sending;

namespace WorkerFleet.AmazonSqs.Receiving;

/// <summary>
/// Receives the messages of one queue, hands them to the consumers, and keeps them invisible to others meanwhile. It
/// goes on until it is stopped, whatever fails.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Its stop disposes it.")]
internal sealed class SqsReceiver : ConsumerAgent<string>
{
    /// <summary>For consumers that are cancelled to give their messages back.</summary>
    private static readonly TimeSpan CancelledLimit = TimeSpan.FromSeconds(5);

    private readonly SqsConnection _connection;
    private readonly SqsReceiveEndpointContext _context;
    private readonly ReceiveSettings _settings;
    private readonly TimeProvider _time;
    private readonly HeldMessages _held;
    private readonly Channel<HeldMessage> _waiting = Channel.CreateUnbounded<HeldMessage>();
    private readonly PrefetchPermits _permits;
    private readonly SqsPoller _poller;
    private readonly CancellationTokenSource _allEnded = new();
    private readonly Task _workers;
    private readonly Task _heartbeat;
    private volatile SqsQueue _queue;

    public SqsReceiver(
        SqsConnection connection, SqsQueue queue, SqsReceiveEndpointContext context, ReceiveSettings settings,
        TimeProvider time)
        : base(context, StringComparer.Ordinal)
    {
        _connection = connection;
        _queue = queue;
        _context = context;
        _settings = settings;
        _time = time;
        _held = new HeldMessages(context.InputAddress, () => _queue, settings, time);
        // Bounded by the permits.
        _permits = new PrefetchPermits(context.PrefetchCount, () => _waiting.Reader.Count > 0, time);
        var workers = Math.Min(context.ConcurrentMessageLimit ?? context.PrefetchCount, context.PrefetchCount);
        _workers = Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync)));
        _heartbeat = Task.Run(
            () => new VisibilityHeartbeat(_held, () => _queue, settings, time).RunAsync(_allEnded.Token));
        _poller = new SqsPoller(context, settings, _permits, ReceiveAsync, RedeclareAsync, AcceptAsync, time);
        _poller.Start(Stopping);
        SetReady();
    }

    protected override async Task ActiveAndActualAgentsCompleted(StopContext context)
    {
        _held.IsStopping = true;
        var polling = EndPollingAsync(context.CancellationToken);
        // Cancels the consumers when their time or the host's patience is over.
        await base.ActiveAndActualAgentsCompleted(context);
        await polling;
        await EndWorkAsync(context.CancellationToken);
        // Consumers that did not even heed their cancellation.
        await Task.WhenAll(_held.All.Select(_held.ReturnAsync));
        await _allEnded.CancelAsync();
        await _heartbeat;
        _allEnded.Dispose();
    }

    /// <summary>What waits is visible to others at once, also what the open requests still bring.</summary>
    private async Task EndPollingAsync(CancellationToken cancellationToken)
    {
        await ReturnWaitingAsync();
        await _poller.StopAsync(cancellationToken);
        await ReturnWaitingAsync();
        _waiting.Writer.TryComplete();
    }

    private async Task ReturnWaitingAsync()
    {
        var returns = new List<Task>();
        while (_waiting.Reader.TryRead(out var held))
            returns.Add(_held.ReturnAsync(held));
        await Task.WhenAll(returns);
    }

    private async Task EndWorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _workers.WaitAsync(cancellationToken);
            await _held.DeletesDoneAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            foreach (var held in _held.All)
                held.Cancel();
            try
            {
                await Task.WhenAll(_workers, _held.DeletesDoneAsync(CancellationToken.None))
                    .WaitAsync(CancelledLimit, _time, CancellationToken.None);
            }
            catch (TimeoutException)
            {
                LogContext.Warning?.Log(
                    "Consumers of {InputAddress} go on although they were cancelled; their messages are delivered "
                    + "again",
                    _context.InputAddress);
            }
        }
    }

    private Task<IReadOnlyList<SqsMessage>> ReceiveAsync(int count, bool waits, CancellationToken cancellationToken) =>
        _connection.Client.ReceiveMessageAsync(
            new ReceiveMessageRequest
            {
                QueueUrl = _queue.Url,
                MaxNumberOfMessages = count,
                WaitTimeSeconds = waits ? _settings.WaitTimeSeconds : 0,
                VisibilityTimeout = _settings.VisibilityTimeout,
            },
            cancellationToken);

    private async Task RedeclareAsync(CancellationToken cancellationToken)
    {
        _connection.Forget(_settings.Queue.Name);
        _queue = await _connection.DeclareAsync(_settings.Queue, cancellationToken);
    }

    private async Task AcceptAsync(IReadOnlyList<SqsMessage> messages)
    {
        if (IsStopping)
        {
            _permits.Release(messages.Count);
            await Task.WhenAll(messages.Select(_held.ReturnAsync));
            return;
        }

        foreach (var message in messages)
            if (_held.TryAdd(message) is { } held)
                _waiting.Writer.TryWrite(held);
            else
                _permits.Release(1);
    }

    private async Task WorkAsync()
    {
        LogContext.SetCurrentIfNull(_context.LogContext);
        await foreach (var held in _waiting.Reader.ReadAllAsync())
            try
            {
                if (_waiting.Reader.Count == 0)
                    _permits.Hurry();
                await HandleAsync(held);
            }
            catch (Exception exception)
            {
                // Nothing is known to come here; if something does, the worker goes on, and the message comes again.
                _held.Abandon(held);
                LogContext.Error?.Log(exception, "Message {MessageId} was dropped", held.Message.MessageId);
            }
            finally
            {
                _permits.Release(1);
            }
    }

    private async Task HandleAsync(HeldMessage held)
    {
        var now = _time.GetUtcNow();
        if (IsStopping)
            await _held.ReturnAsync(held);
        else if (!held.IsHeldAt(now))
            _held.Abandon(held);
        else if (DelayPlan.DueAfter(held.Message, now) is { } due)
            await SendAgainAsync(held, due, now);
        else
            await ConsumeAsync(held);
    }

    private async Task ConsumeAsync(HeldMessage held)
    {
        using var context = new SqsReceiveContext(held.Message, _context);
        held.Context = context;
        try
        {
            // Copies are found out by their ids before this; to MassTransit each reception is a message of its own.
            await Dispatch(held.Message.ReceiptHandle, context, held);
        }
        catch (Exception exception)
        {
            context.LogTransportFaulted(exception);
        }
        finally
        {
            held.Context = null;
        }
    }

    /// <summary>The next hop of a delay that is longer than SQS's longest.</summary>
    private async Task SendAgainAsync(HeldMessage held, DateTimeOffset due, DateTimeOffset now)
    {
        var plan = DelayPlan.For(due, now);
        var attributes = new Dictionary<string, MessageAttributeValue>(
            held.Message.MessageAttributes!, StringComparer.Ordinal);
        if (plan.DueHeader is null)
            attributes.Remove(DelayPlan.Header);
        try
        {
            await _queue.SendAsync(
                new SendMessageBatchRequestEntry
                {
                    MessageBody = held.Message.Body,
                    MessageAttributes = attributes,
                    DelaySeconds = plan.DelaySeconds,
                    MessageGroupId = held.Message.Attributes?.GetValueOrDefault("MessageGroupId"),
                },
                CancellationToken.None);
        }
        catch (SqsException exception)
        {
            _held.Abandon(held);
            LogContext.Warning?.Log(
                "Message {MessageId} could not be delayed further; this is tried again: {Reason}",
                held.Message.MessageId,
                exception.Message);
            return;
        }

        await held.Complete();
    }
}
