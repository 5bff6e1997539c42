using System.Net;
using System.Net.Sockets;

namespace WorkerFleet.Acceptance.Broker;

/// <summary>
/// Free ports below those that the system gives to outgoing connections: one of these could take the broker's port
/// while it restarts, and a client that tries to reach it could even connect to itself.
/// </summary>
internal static class LoopbackPorts
{
    private const int First = 20_000;
    private const int Last = 30_000;

    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; there are ten thousand.
            }
        }
    }
}
