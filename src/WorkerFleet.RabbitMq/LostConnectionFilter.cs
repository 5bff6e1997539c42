using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace WorkerFleet.RabbitMq;

/// <summary>
/// Begins anew where MassTransit was not told that its connection is closed (see <see cref="ShutdownNotice"/>), and would
/// consume from it, and send through it, for ever. One for all endpoints of a bus, which share its connection.
/// </summary>
internal sealed partial class LostConnectionFilter(TimeProvider time, ILogger<LostConnectionFilter> logger)
    : IFilter<ChannelContext>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Looks at a closed connection before it is taken for lost: MassTransit, if told, is done with it by then.</summary>
    private const int Patience = 5;

    /// <summary>How long the endpoint may take to end once it has been told.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    private IConnection? _told;

    public async Task Send(ChannelContext context, IPipe<ChannelContext> next)
    {
        using var ended = new CancellationTokenSource();
        var consuming = next.Send(context);
        var losing = WaitUntilLostAsync(context, ended.Token);
        if (await Task.WhenAny(consuming, losing) == losing)
            await EndAsync(consuming, context.ConnectionContext);
        await ended.CancelAsync();
        await consuming;
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("lostConnection");

    /// <summary>Complete when the connection is lost; or <paramref name="ended"/>, when nobody waits any more.</summary>
    private async Task WaitUntilLostAsync(ChannelContext context, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            for (var closed = 0; closed < Patience;)
            {
                await timer.WaitForNextTickAsync(ended);
                closed = context.ConnectionContext.Connection.IsOpen && context.Channel.IsOpen ? 0 : closed + 1;
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The endpoint has ended in order.
        }
    }

    /// <exception cref="RabbitMqConnectionException">It does not end: the endpoint starts over without it.</exception>
    private async Task EndAsync(Task consuming, ConnectionContext context)
    {
        var connection = context.Connection;
        if (connection.CloseReason is { } reason && Interlocked.Exchange(ref _told, connection) != connection)
        {
            LogLost(context.Description);
            ShutdownNotice.TryGive(connection, reason);
        }

        try
        {
            await consuming.WaitAsync(EndLimit, time);
        }
        catch (TimeoutException exception)
        {
            throw new RabbitMqConnectionException("The connection is closed, but its consumer goes on.", exception);
        }
    }

    [LoggerMessage(2010, LogLevel.Warning, "The connection to {Broker} was closed unnoticed; making another")]
    private partial void LogLost(string broker);
}
