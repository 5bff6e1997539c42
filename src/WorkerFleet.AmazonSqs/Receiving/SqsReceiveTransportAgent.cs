using MassTransit;
using MassTransit.Middleware;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.AmazonSqs.Configuration;

namespace WorkerFleet.AmazonSqs.Receiving;

/// <summary>Declares the queue of an endpoint, however long that takes, and then receives from it.</summary>
internal sealed class SqsReceiveTransportAgent : Agent, ReceiveTransportHandle
{
    private readonly SqsHostConfiguration _host;
    private readonly SqsReceiveEndpointContext _context;
    private readonly ReceiveSettings _settings;
    private readonly TaskCompletionSource<SqsReceiver?> _receiver = new(
        TaskCreationOptions.RunContinuationsAsynchronously);

    public SqsReceiveTransportAgent(
        SqsHostConfiguration host, SqsReceiveEndpointContext context, ReceiveSettings settings)
    {
        _host = host;
        _context = context;
        _settings = settings;
        var start = Task.Run(StartAsync);
        SetReady(start);
        SetCompleted(start);
    }

    public Task Stop(CancellationToken cancellationToken) => this.Stop("Stop receive transport", cancellationToken);

    protected override async Task StopAgent(StopContext context)
    {
        LogContext.SetCurrentIfNull(_context.LogContext);
        if (await _receiver.Task is { } receiver)
        {
            await receiver.Stop(context);
            await _context.TransportObservers.NotifyCompleted(_context.InputAddress, receiver);
            _context.LogConsumerCompleted(receiver.DeliveryCount, receiver.ConcurrentDeliveryCount);
        }

        if (_settings.Queue.AutoDelete)
            await DeleteQueueAsync(context.CancellationToken);
        await Completed;
    }

    private async Task StartAsync()
    {
        LogContext.SetCurrentIfNull(_context.LogContext);
        SqsReceiver? receiver = null;
        try
        {
            if (!_context.ReceivePipe.Connected.IsCompleted)
            {
                // The queue for responses: nobody needs it before there is a request.
                await _context.TransportObservers.NotifyReady(_context.InputAddress, isStarted: false);
                await _context.ReceivePipe.Connected.WaitAsync(Stopping);
            }

            if (await DeclareAsync() is { } queue)
                receiver = await ReceiveAsync(queue);
        }
        catch (Exception exception) when (IsStopping)
        {
            LogContext.Debug?.Log(
                "{InputAddress} was stopped before it received: {Reason}", _context.InputAddress, exception.Message);
        }
        finally
        {
            _receiver.SetResult(receiver);
        }
    }

    /// <returns>Null where no attempt can help.</returns>
    private async Task<SqsQueue?> DeclareAsync()
    {
        for (var failures = 1; ; failures++)
            try
            {
                var queue = await _host.Connection.DeclareAsync(_settings.Queue, Stopping);
                if (_settings.PurgeOnStartup)
                    await _host.Connection.Client.PurgeQueueAsync(queue.Url, Stopping);
                return queue;
            }
            catch (Exception exception) when (!IsStopping)
            {
                var fault = _context.ConvertException(exception, "The queue cannot be used: ");
                await _context.TransportObservers.NotifyFaulted(_context.InputAddress, fault);
                if (fault is ConnectionException { IsTransient: false })
                    return null;
                var pause = ReceiveBackoff.After(failures);
                LogContext.Warning?.Log(
                    "{InputAddress} does not receive yet, and tries again in {Pause}: {Reason}", _context.InputAddress,
                    pause,
                    exception.Message);
                await Task.Delay(pause, _host.Time, Stopping);
            }
    }

    private async Task<SqsReceiver?> ReceiveAsync(SqsQueue queue)
    {
        SqsReceiver? receiver = null;
        if (!_host.DeployTopologyOnly)
        {
            await _context.DependenciesReady.WaitAsync(Stopping);
            receiver = new SqsReceiver(_host.Connection, queue, _context, _settings, _host.Time);
        }

        await _context.TransportObservers.NotifyReady(_context.InputAddress);
        return receiver;
    }

    private async Task DeleteQueueAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_host.OpenConnection is { IsClosed: false } connection)
                await connection.DeleteQueueAsync(_settings.Queue.Name, cancellationToken);
        }
        catch (Exception exception) when (exception is SqsException or OperationCanceledException)
        {
            LogContext.Warning?.Log(
                "The temporary queue {Queue} could not be deleted: {Reason}", _settings.Queue.Name, exception.Message);
        }
    }
}
