using System.Reflection;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace WorkerFleet.RabbitMq;

/// <summary>
/// Tells everybody who asked to be told that a connection is closed. RabbitMQ.Client 7.1.2 can fail to: it tells one after the
/// other, and can wait for ever for a channel whose semaphore is disposed meanwhile (rabbitmq-dotnet-client issue 1976, mended
/// in later versions; with one of them this class can go). There is no public way to its list.
/// </summary>
internal static class ShutdownNotice
{
    private const BindingFlags Private = BindingFlags.Instance | BindingFlags.NonPublic;

    /// <summary>Tells them all, at the same time: one that never answers holds up nobody.</summary>
    /// <returns>False when there is no such list, in another version of the client.</returns>
    public static bool TryGive(IConnection connection, ShutdownEventArgs reason)
    {
        var list = connection.GetType().GetField("_connectionShutdownAsyncWrapper", Private);
        var handlers = list?.FieldType.GetField("_eventHandler", Private)?.GetValue(list.GetValue(connection));
        if (handlers is not AsyncEventHandler<ShutdownEventArgs> told)
            return false;
        foreach (var handler in told.GetInvocationList().Cast<AsyncEventHandler<ShutdownEventArgs>>())
            _ = Task.Run(() => handler(connection, reason));
        return true;
    }
}
