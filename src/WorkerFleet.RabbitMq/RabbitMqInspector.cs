using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using WorkerFleet.Messaging;

namespace WorkerFleet.RabbitMq;

/// <summary>
/// Connects as a process of the fleet does, and looks at each queue. AMQP tells the messages that are ready, and not those
/// that consumers hold.
/// </summary>
public sealed class RabbitMqInspector(RabbitMqOptions options) : IBrokerInspector
{
    private const int NotAllowed = 530;
    private const int NotFound = 404;
    private const int AccessRefused = 403;
    private const int PreconditionFailed = 406;

    private readonly RabbitMqTopology _topology = new(options);

    public async Task<BrokerReport> InspectAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await BrokerConnections.OpenAsync(options, "fleet doctor", cancellationToken);
            var queues = new List<QueueReport>();
            foreach (var queue in QueueNames.All)
                queues.Add(await LookAsync(connection, queue, cancellationToken));
            return new(null, $"{options.Display} answers", VersionOf(connection), queues);
        }
        catch (Exception exception) when (
            exception is BrokerUnreachableException or OperationInterruptedException or IOException or SocketException
                or AuthenticationException or TimeoutException)
        {
            return Describe(exception);
        }
    }

    /// <summary>On a channel of its own, since the broker closes one for each answer that is an error.</summary>
    private async Task<QueueReport> LookAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        var name = _topology.Addresses.NameOf(queue);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var right = "configure";
        try
        {
            var found = await channel.QueueDeclarePassiveAsync(name, cancellationToken);
            // What is there already is only compared. It takes the right to configure, as with a process that starts.
            await channel.QueueDeclareAsync(
                name, durable: true, exclusive: false, autoDelete: false,
                _topology.ArgumentsOf(name).ToDictionary(argument => argument.Key, argument => (object?)argument.Value),
                cancellationToken: cancellationToken);
            await channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
            right = "write or read";
            // Bound already, as a rule. The broker asks for the right to write to the queue, and to read from the exchange.
            await channel.QueueBindAsync(name, name, "", cancellationToken: cancellationToken);
            return new(queue, name, Ready: found.MessageCount, Consumers: (int)found.ConsumerCount);
        }
        catch (OperationInterruptedException exception) when (FaultOf(exception) is { } fault)
        {
            return new(queue, name, fault, fault switch
            {
                QueueFault.Missing => $"there is no queue {name}",
                QueueFault.Denied => $"{options.Username} may not {right} {name} ({exception.ShutdownReason!.ReplyText})",
                _ => $"{name} was declared otherwise ({exception.ShutdownReason!.ReplyText})",
            });
        }
    }

    private static QueueFault? FaultOf(OperationInterruptedException exception) => exception.ShutdownReason?.ReplyCode switch
    {
        NotFound => QueueFault.Missing,
        PreconditionFailed => QueueFault.Differs,
        AccessRefused => QueueFault.Denied,
        _ => null,
    };

    private BrokerReport Describe(Exception exception)
    {
        var causes = Causes(exception).ToList();
        var last = causes[^1].Message;
        if (causes.OfType<AuthenticationFailureException>().Any())
            return new(BrokerFault.Credentials, $"{options.Display} refuses user {options.Username} and its password");
        if (causes.OfType<OperationInterruptedException>().FirstOrDefault()?.ShutdownReason is { } reason)
            return reason.ReplyCode == NotAllowed
                ? new(BrokerFault.VirtualHost,
                    $"{options.Display} does not let {options.Username} into virtual host {options.VirtualHost} ({reason.ReplyText})")
                : new(BrokerFault.Failed, $"{options.Display} ended the connection ({reason.ReplyText})");
        if (causes.OfType<AuthenticationException>().Any() || (options.Tls is not null && !causes.OfType<SocketException>().Any()))
            return new(BrokerFault.Untrusted, $"{options.Display}: no encrypted connection ({last})");
        return new(BrokerFault.Unreachable, $"{options.Display} cannot be reached ({last})");
    }

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        yield return exception;
        var inner = exception is AggregateException many ? many.InnerExceptions.ToList()
            : exception.InnerException is { } one ? [one] : [];
        foreach (var cause in inner.SelectMany(Causes))
            yield return cause;
    }

    private static string? VersionOf(IConnection connection) =>
        connection.ServerProperties?.TryGetValue("version", out var value) == true && value is byte[] text
            ? Encoding.UTF8.GetString(text)
            : null;
}
