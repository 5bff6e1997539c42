using System.Net.Sockets;

namespace WorkerFleet.AgentCore;

/// <summary>Makes the HTTP clients that call agents.</summary>
internal static class AgentClient
{
    /// <summary>How long making a connection may take.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Agents think for minutes without a byte on the wire, while AWS's NAT gateways forget a connection after 350 s of
    /// silence, and tell nobody.
    /// </summary>
    private const int KeepAliveSeconds = 60;

    /// <param name="address">Where it is to call.</param>
    public static HttpClient Create(Uri address)
    {
        var handler = new SocketsHttpHandler
        {
            // A redirected POST would turn into a GET, and headers such as Authorization are meant for this address.
            AllowAutoRedirect = false,
            UseCookies = false,
            // The system's proxy is for addresses out there; it cannot reach a loopback address of this machine.
            UseProxy = !address.IsLoopback,
            ConnectTimeout = ConnectTimeout,
            // Follows changes of DNS.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            // How much is in flight is decided by the governor and the batch's window, not by the socket pool.
            MaxConnectionsPerServer = int.MaxValue,
            // TraceHeaders sets them.
            ActivityHeadersPropagator = null,
            ConnectCallback = ConnectAsync,
        };
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
