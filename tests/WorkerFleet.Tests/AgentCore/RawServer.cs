using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WorkerFleet.Tests.AgentCore;

/// <summary>A server that writes, byte for byte, what a test says: everything that a proper one would never send.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<RawExchange, Task> _answer;
    private readonly bool _concurrent;
    private readonly Task _serving;
    private int _requests;

    private RawServer(Func<RawExchange, Task> answer, bool concurrent = false)
    {
        _answer = answer;
        _concurrent = concurrent;
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Url => $"http://{_listener.LocalEndpoint}";

    /// <summary>Requests that arrived whole.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public static RawServer Start(Func<RawExchange, Task> answer) => new(answer);

    /// <summary>Takes the next connection while others are still answered.</summary>
    public static RawServer StartConcurrent(Func<RawExchange, Task> answer) => new(answer, concurrent: true);

    /// <summary>Answers each request so, and closes the connection.</summary>
    public static RawServer Answering(string answer) => new(async exchange =>
    {
        await exchange.ReadRequestAsync();
        await exchange.WriteAsync(answer);
    });

    /// <summary>An answer of HTTP/1.1 with its length.</summary>
    public static string Answer(string status, string contentType, string body, string headers = "") =>
        $"HTTP/1.1 {status}\r\nContent-Type: {contentType}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n" +
        $"{headers}\r\n{body}";

    /// <summary>A body in one chunk, with the chunk that ends it.</summary>
    public static string Chunked(string contentType, string body) =>
        $"HTTP/1.1 200 OK\r\nContent-Type: {contentType}\r\nTransfer-Encoding: chunked\r\n\r\n" +
        $"{Encoding.UTF8.GetByteCount(body):x}\r\n{body}\r\n0\r\n\r\n";

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _serving;
        _stopping.Dispose();
        _listener.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var served = ServeAsync(await _listener.AcceptSocketAsync(_stopping.Token));
                if (!_concurrent)
                    await served;
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var accepted = socket;
        try
        {
            await _answer(new RawExchange(socket, () => Interlocked.Increment(ref _requests), _stopping.Token));
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            // The client went first, as it may, or the server stops.
        }
    }
}

/// <summary>One connection of a <see cref="RawServer"/>.</summary>
internal sealed class RawExchange(Socket socket, Action countRequest, CancellationToken cancellationToken)
{
    public CancellationToken Stopping => cancellationToken;

    /// <summary>Head and body of a request that has a Content-Length, or no body.</summary>
    public async Task<string> ReadRequestAsync()
    {
        var request = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer, cancellationToken);
            request.Write(buffer, 0, read);
            var text = Encoding.UTF8.GetString(request.ToArray());
            var headEnd = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (read == 0)
                throw new IOException("The client closed the connection before its request was whole.");
            if (headEnd < 0)
                continue;
            var length = text[..headEnd].Split("\r\n")
                .Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                .Select(line => int.Parse(line.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture))
                .FirstOrDefault();
            if (Encoding.UTF8.GetByteCount(text) < headEnd + 4 + length)
                continue;
            countRequest();
            return text;
        }
    }

    /// <summary>Writes each character as one byte.</summary>
    public async Task WriteAsync(string text) =>
        await socket.SendAsync(Encoding.Latin1.GetBytes(text), cancellationToken);

    /// <summary>Closes with a reset: what the other side has not read yet is lost, as when a process is killed.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }
}
