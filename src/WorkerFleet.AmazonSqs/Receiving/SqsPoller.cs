using System.Diagnostics.CodeAnalysis;
using MassTransit;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Client;

namespace WorkerFleet.AmazonSqs.Receiving;

/// <summary>
/// Receives with one request at a time while the queue is near empty, and with more while they come back full. Requests
/// that fail are repeated with growing pauses, for as long as it takes; the endpoint is not healthy meanwhile.
/// </summary>
/// <param name="context">The endpoint.</param>
/// <param name="settings">Of the endpoint.</param>
/// <param name="permits">One for each message that may be received.</param>
/// <param name="receive">Receives up to so many messages; waits for one, or takes what is there.</param>
/// <param name="redeclare">Makes the queue anew after it was deleted.</param>
/// <param name="accept">Takes messages, and their permits.</param>
/// <param name="time">The clock.</param>
[SuppressMessage("Design", "CA1001", Justification = "Its stop disposes it.")]
internal sealed class SqsPoller(
    ReceiveEndpointContext context, ReceiveSettings settings, PrefetchPermits permits,
    Func<int, bool, CancellationToken, Task<IReadOnlyList<SqsMessage>>> receive, Func<CancellationToken, Task> redeclare,
    Func<IReadOnlyList<SqsMessage>, Task> accept, TimeProvider time)
{
    private const int MaxPolls = 8;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly ReceivePace _pace = new(settings.ReceivePause);
    private readonly Task[] _more = [.. Enumerable.Repeat(Task.CompletedTask, PollsFor(context.PrefetchCount) - 1)];
    private Task _first = Task.CompletedTask;
    private CancellationToken _stopping;
    private bool _isQueueMissing;

    public void Start(CancellationToken stopping)
    {
        _stopping = stopping;
        _first = Task.Run(PollFirstAsync, CancellationToken.None);
    }

    /// <summary>
    /// Waits for the open requests, and breaks them off only when patience is over: SQS may have handed messages to a
    /// request that nobody listens to any more, and these stay invisible for a while.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await using (
            cancellationToken.UnsafeRegister(static abort => ((CancellationTokenSource)abort!).Cancel(), _abort))
        {
            await _first;
            Task more;
            lock (_lock)
                more = Task.WhenAll(_more);
            await more;
        }

        _abort.Dispose();
    }

    private static int PollsFor(int prefetch) =>
        Math.Clamp((prefetch + SqsLimits.MaxEntries - 1) / SqsLimits.MaxEntries, 1, MaxPolls);

    private async Task PollFirstAsync()
    {
        LogContext.SetCurrentIfNull(context.LogContext);
        for (var failures = 0; !_stopping.IsCancellationRequested;)
            try
            {
                if (_isQueueMissing)
                {
                    await redeclare(_stopping);
                    _isQueueMissing = false;
                }

                var poll = await PollAsync(waits: true);
                if (failures > 0)
                    await context.TransportObservers.NotifyReady(context.InputAddress);
                failures = 0;
                var pause = _pace.After(poll.Wanted, poll.Received);
                if (_pace.WantsMore)
                    StartMore();
                await Task.Delay(pause, time, _stopping);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                await PauseAsync(exception, ++failures);
            }
    }

    /// <summary>
    /// Ends when there is little to do, or something is wrong, which the first one sees to. Waits for nothing: of several
    /// requests that wait each would bring one or two of the messages that come next.
    /// </summary>
    private async Task PollMoreAsync()
    {
        LogContext.SetCurrentIfNull(context.LogContext);
        try
        {
            while (!_stopping.IsCancellationRequested && await PollAsync(waits: false) is { } poll
                && poll.Received * 2 >= poll.Wanted)
            {
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // As asked for.
        }
        catch (Exception exception)
        {
            LogContext.Debug?.Log(
                "Receiving from {InputAddress} failed: {Reason}", context.InputAddress, exception.Message);
        }
    }

    private async Task<(int Wanted, int Received)> PollAsync(bool waits)
    {
        var wanted = await permits.TakeAsync(SqsLimits.MaxEntries, _stopping);
        IReadOnlyList<SqsMessage> messages = [];
        try
        {
            if (!_stopping.IsCancellationRequested)
                messages = await receive(wanted, waits, _abort.Token);
        }
        finally
        {
            permits.Release(wanted - messages.Count);
        }

        await accept(messages);
        return (wanted, messages.Count);
    }

    private void StartMore()
    {
        lock (_lock)
        {
            var free = Array.FindIndex(_more, poll => poll.IsCompleted);
            if (free >= 0 && !_stopping.IsCancellationRequested)
                _more[free] = Task.Run(PollMoreAsync, CancellationToken.None);
        }
    }

    private async Task PauseAsync(Exception exception, int failures)
    {
        var pause = ReceiveBackoff.After(failures);
        if (exception is SqsException { IsOverLimit: true })
        {
            LogContext.Warning?.Log(
                "Queue {Queue} has as many messages in flight as SQS allows; receiving goes on in {Pause}",
                settings.Queue.Name, pause);
        }
        else
        {
            _isQueueMissing |= exception is SqsException { IsQueueMissing: true };
            LogContext.Warning?.Log(
                "Receiving from {InputAddress} failed, and is tried again in {Pause}: {Reason}", context.InputAddress,
                pause,
                exception.Message);
            await context.TransportObservers.NotifyFaulted(
                context.InputAddress, context.ConvertException(exception, "Receiving failed: "));
        }

        try
        {
            await Task.Delay(pause, time, _stopping);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The loop ends.
        }
    }
}
