using System.Net;
using System.Net.Sockets;

namespace WorkerFleet.Acceptance.Telemetry;

/// <summary>Takes connections and never answers, as a collector behind a broken network.</summary>
internal sealed class SilentServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    // The system takes the connections; nobody ever reads from them.
    public SilentServer() => _listener.Start();

    public string Url => $"http://{_listener.LocalEndpoint}";

    public void Dispose() => _listener.Dispose();
}
