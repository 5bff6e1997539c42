using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkerFleet.Agents;
using WorkerFleet.Blobs;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api;

/// <summary>Downloads whose client does not stay to the end.</summary>
public sealed class DownloadTests : IAsyncLifetime, IDisposable
{
    /// <summary>Together more than what the two ends of a connection keep in buffers.</summary>
    private const int Rows = 400;
    private const int OutputBytes = 64 * 1024;

    private readonly WatchedResponses _responses = new();
    private readonly RecordedLog _log = new();
    private ApiFixture _api = null!;
    private Guid _batch;

    private OpenBlobs Blobs => (OpenBlobs)_api.Get<IBlobStore>();

    public async Task InitializeAsync()
    {
        _api = await ApiFixture.StartAsync(more: services =>
        {
            var blobs = services.Last(service => service.ServiceType == typeof(IBlobStore)).ImplementationFactory!;
            services.AddSingleton<IBlobStore>(provider => new OpenBlobs((IBlobStore)blobs(provider)));
            services.AddSingleton<IStartupFilter>(_responses).AddSingleton<ILoggerProvider>(_log);
        });
        var output = Encoding.UTF8.GetBytes($"\"{new string('x', OutputBytes)}\"");
        _api.Agents.Answer(_ => AgentReply.Succeed(output));
        _batch = await _api.SubmitAsync(Rows);
        await _api.EndsAsync(_batch);
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData("results")]
    [InlineData("results?format=csv")]
    public async Task Download_ClientLeavesInTheMiddle_EndsQuietlyAndLeavesNothingOpen(string path)
    {
        var opened = Blobs.Opened;
        using (var client = SlowClient())
        using (var response = await client.GetAsync(
            $"/api/v1/batches/{_batch}/{path}", HttpCompletionOption.ResponseHeadersRead))
        {
            await using var body = await response.Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[2 * OutputBytes]);
            Assert.Equal((1, true), (_responses.UnderWay, Blobs.Open > 0));
        }

        await Eventually.IsTrueAsync(() => _responses.UnderWay == 0);
        Assert.InRange(_responses.Bytes, 1, (Rows - 1) * (long)OutputBytes);
        await Eventually.IsTrueAsync(() => Blobs.Open == 0);
        Assert.True(Blobs.Opened > opened);
        Assert.DoesNotContain(_log.Problems, IsOfARequest);
    }

    [Fact]
    public async Task Download_ClientReadsNothing_WaitsForItInsteadOfReadingOn()
    {
        using var client = SlowClient();
        using var response = await client.GetAsync(
            $"/api/v1/batches/{_batch}/results", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var rest = await body.ReadAsync(new byte[1]);

        // All of it arrives, so what was written before was held back and not dropped.
        Assert.True(_responses.Bytes < Rows * (long)OutputBytes);
        var buffer = new byte[OutputBytes];
        var total = (long)rest;
        for (int count; (count = await body.ReadAsync(buffer)) > 0;)
            total += count;
        Assert.True(total > Rows * (long)OutputBytes);
    }

    /// <summary>Not of the fleet, nor that the machine is too busy for the server's heartbeat.</summary>
    private static bool IsOfARequest(RecordedLog.LogLine line) =>
        (line.Category.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal)
            || line.Category.StartsWith("WorkerFleet.Api.", StringComparison.Ordinal))
        && !line.Text.Contains("the heartbeat has been running", StringComparison.Ordinal);

    /// <summary>A small window, so that what the client does not read stays with the server.</summary>
    private HttpClient SlowClient() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8 * 1024 };
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = _api.Address,
        Timeout = TimeSpan.FromMinutes(1),
    };
}
