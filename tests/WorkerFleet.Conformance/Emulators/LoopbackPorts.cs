using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace WorkerFleet.Conformance.Emulators;

/// <summary>
/// Free ports below those that the system gives to outgoing connections: one of these could take a server's port
/// before it listens, or while it restarts, and a client that tries to reach it could even connect to itself.
/// </summary>
internal static class LoopbackPorts
{
    private const int First = 20_000;
    private const int Last = 30_000;

    /// <summary>Those given out: who asked may listen some time later only.</summary>
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                if (Given.TryAdd(port, true))
                    return port;
            }
            catch (SocketException)
            {
                // Taken; there are ten thousand.
            }
        }
    }
}
