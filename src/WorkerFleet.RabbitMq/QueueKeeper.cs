using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace WorkerFleet.RabbitMq;

/// <summary>
/// Declares every queue of the fleet before anything is sent, whichever process starts first; and again when somebody
/// deletes one, so that what is sent finds its way. What a deleted queue held is made again by the reconciler.
/// </summary>
internal sealed partial class QueueKeeper(
    RabbitMqOptions options, RabbitMqTopology topology, TimeProvider time, ILogger<QueueKeeper> logger)
    : IHostedLifecycleService, IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const int PreconditionFailed = 406;
    private const int AccessRefused = 403;

    private readonly CancellationTokenSource _stop = new();
    private IConnection? _connection;
    private Task _loop = Task.CompletedTask;

    /// <summary>Waits until the broker can be reached: it may start after the fleet.</summary>
    /// <exception cref="BrokerException">It refuses what trying again does not mend.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        for (var tries = 0; ; tries++)
        {
            try
            {
                await DeclareAsync(cancellationToken);
                break;
            }
            catch (Exception exception) when (exception is not (BrokerException or OperationCanceledException))
            {
                if (tries % 10 == 0)
                    LogUnreachable(options.Display, Reason(exception));
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }

        _loop = Task.Run(() => KeepAsync(_stop.Token), CancellationToken.None);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _loop.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await CloseAsync();
        _stop.Dispose();
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
                await TryDeclareAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end of the process.
        }
    }

    private async Task TryDeclareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await DeclareAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // MassTransit says when the connection is lost, and when it is there again.
            LogNotDeclared(Reason(exception));
        }
    }

    private async Task DeclareAsync(CancellationToken cancellationToken)
    {
        try
        {
            _connection ??= await BrokerConnections.OpenAsync(options, "fleet queues", cancellationToken);
            await using var channel = await _connection.CreateChannelAsync(cancellationToken: cancellationToken);
            foreach (var queue in topology.Queues)
            {
                await channel.ExchangeDeclareAsync(
                    queue, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
                await channel.QueueDeclareAsync(
                    queue, durable: true, exclusive: false, autoDelete: false,
                    topology.ArgumentsOf(queue).ToDictionary(argument => argument.Key, argument => (object?)argument.Value),
                    cancellationToken: cancellationToken);
                await channel.QueueBindAsync(queue, queue, "", cancellationToken: cancellationToken);
            }
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == PreconditionFailed)
        {
            throw new BrokerException(
                $"The broker has a queue of this name that was declared otherwise ({exception.ShutdownReason.ReplyText}). "
                + "Delete it, or give the fleet another Fleet:RabbitMq:Prefix.", exception);
        }
        catch (Exception exception)
        {
            await CloseAsync();
            if (exception is BrokerUnreachableException { InnerException: AuthenticationFailureException refused })
                throw new BrokerException(
                    $"{options.Display} refuses the user name and password: check Fleet:Broker.", refused);
            if (exception is OperationInterruptedException { ShutdownReason.ReplyCode: AccessRefused } forbidden)
                throw new BrokerException(
                    $"{options.Display} does not let this user declare queues ({forbidden.ShutdownReason.ReplyText}).",
                    forbidden);
            throw;
        }
    }

    private async Task CloseAsync()
    {
        if (_connection is not { } connection)
            return;
        _connection = null;
        try
        {
            await connection.DisposeAsync();
        }
        catch (Exception exception) when (exception is IOException or OperationInterruptedException or TimeoutException)
        {
            // It was lost; there is nothing left to close.
        }
    }

    private static string Reason(Exception exception) => exception.InnerException?.Message ?? exception.Message;

    [LoggerMessage(2001, LogLevel.Warning, "The broker {Broker} cannot be reached ({Reason}); trying again")]
    private partial void LogUnreachable(string broker, string reason);

    [LoggerMessage(2002, LogLevel.Debug, "The queues could not be declared ({Reason}); trying again")]
    private partial void LogNotDeclared(string reason);
}
