using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using WorkerFleet.Messaging;

namespace WorkerFleet.RabbitMq;

/// <summary>
/// Declares every queue of the fleet before anything is sent, whichever process starts first; and again when somebody
/// deletes one, so that what is sent finds its way. What a deleted queue held is made again by the reconciler.
/// </summary>
/// <remarks>
/// A deleted queue is left missing for a moment. Declared anew within milliseconds it takes over the consumers of the
/// old one as far as the broker is concerned: they are never told of the deletion, and get none of its messages
/// (seen with RabbitMQ 3.10: consumers 1, and every message unacknowledged for ever).
/// </remarks>
internal sealed partial class QueueKeeper(
    RabbitMqOptions options, RabbitMqTopology topology, TimeProvider time, ILogger<QueueKeeper> logger)
    : IHostedLifecycleService, IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long a queue has to be missing; far longer than the broker needs to tell its consumers.</summary>
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(3);

    private const int NotFound = 404;
    private const int PreconditionFailed = 406;
    private const int AccessRefused = 403;

    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, long> _missingSince = [];
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
                await WithConnectionAsync(DeclareAllAsync, cancellationToken);
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
            await WithConnectionAsync(DeclareMissingAsync, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // MassTransit says when the connection is lost, and when it is there again.
            LogNotDeclared(Reason(exception));
        }
    }

    private async Task DeclareAllAsync(IConnection connection, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var queue in topology.Queues)
            await DeclareAsync(channel, queue, cancellationToken);
    }

    private async Task DeclareMissingAsync(IConnection connection, CancellationToken cancellationToken)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            foreach (var queue in topology.Queues)
            {
                var missing = await IsMissingAsync(channel, queue, cancellationToken);
                if (missing)
                {
                    // The broker closes the channel on which it was asked for a queue that is not there.
                    await channel.DisposeAsync();
                    channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
                }

                if (missing && !HasBeenMissing(queue))
                    continue;
                // Also where it is there: its exchange or its binding may be gone.
                await DeclareAsync(channel, queue, cancellationToken);
                _missingSince.Remove(queue);
                if (missing)
                    LogDeclared(queue);
            }
        }
        finally
        {
            await channel.DisposeAsync();
        }
    }

    private bool HasBeenMissing(string queue)
    {
        _missingSince.TryAdd(queue, time.GetTimestamp());
        return time.GetElapsedTime(_missingSince[queue]) >= Absence;
    }

    private static async Task<bool> IsMissingAsync(IChannel channel, string queue, CancellationToken cancellationToken)
    {
        try
        {
            await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
            return false;
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == NotFound)
        {
            return true;
        }
    }

    private async Task DeclareAsync(IChannel channel, string queue, CancellationToken cancellationToken)
    {
        await channel.ExchangeDeclareAsync(
            queue, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(
            queue, durable: true, exclusive: false, autoDelete: false,
            topology.ArgumentsOf(queue).ToDictionary(argument => argument.Key, argument => (object?)argument.Value),
            cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue, queue, "", cancellationToken: cancellationToken);
    }

    private async Task WithConnectionAsync(
        Func<IConnection, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            _connection ??= await BrokerConnections.OpenAsync(options, "fleet queues", cancellationToken);
            await work(_connection, cancellationToken);
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

    [LoggerMessage(2003, LogLevel.Warning, "The queue {Queue} was deleted; it is there again")]
    private partial void LogDeclared(string queue);

    [LoggerMessage(2002, LogLevel.Debug, "The queues could not be declared ({Reason}); trying again")]
    private partial void LogNotDeclared(string reason);
}
