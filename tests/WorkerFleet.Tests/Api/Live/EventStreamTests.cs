using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using WorkerFleet.Api.Live;
using WorkerFleet.Tests.Api.Access;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api.Live;

/// <summary>What goes over the wire when nothing comes, and when nobody reads.</summary>
public sealed class EventStreamTests : IDisposable
{
    private const string Path = "/stream";

    private readonly TempFolder _folder = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Stream_NothingComes_SendsACommentEachFifteenSeconds()
    {
        var samples = Channel.CreateUnbounded<LiveSample<Text>>();
        await using var host = await ServeAsync(new Route(samples.Reader.ReadAllAsync));
        using var client = host.Client();
        using var lines = new StreamReader(await client.GetStreamAsync(Path));
        Assert.Equal(["retry: 2000", ""], await ReadAsync(lines, 2));

        await AdvanceAsync(14);
        samples.Writer.TryWrite(Sample(1, ""));
        // No comment was sent before it; and the wait begins anew behind it.
        Assert.Equal(["id: 1", "event: text", "data: {}", ""], await ReadAsync(lines, 4));
        await AdvanceAsync(14);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([": still here", ""], await ReadAsync(lines, 2));
        await AdvanceAsync(15);
        Assert.Equal([": still here", ""], await ReadAsync(lines, 2));
        samples.Writer.TryWrite(Sample(2, ""));
        Assert.Equal("id: 2", await lines.ReadLineAsync());
    }

    [Fact]
    public async Task Stream_ReaderIsStalled_GetsTheNewestAndKeepsNothingPiledUp()
    {
        var source = new GrowingSource();
        var topic = new LiveTopic<Text>(
            source, new(Moment, Moment, Moment, TimeSpan.Zero, TimeSpan.FromMinutes(10)), TimeProvider.System,
            NullLogger.Instance, CancellationToken.None);
        var taken = 0;
        Channel<LiveSample<Text>>? channel = null;
        var route = new Route(Watch);
        await using var host = await ServeAsync(route);
        using var client = SlowClient(host.Address);
        await using var body = await client.GetStreamAsync(Path);

        // The stream has filled all buffers on the way, and waits; the reader of the topic goes on.
        await Eventually.IsTrueAsync(() => channel is not null && topic.Samples.Count >= 100);
        await Eventually.HoldsAsync(
            async () =>
            {
                var (write, looks) = (route.PendingWrite, topic.Looks);
                await Eventually.IsTrueAsync(() => topic.Looks > looks + 300);
                return write is not null && route.PendingWrite == write;
            },
            isStalled => isStalled, "the stream is stalled");
        var stalledAt = Volatile.Read(ref taken);
        Assert.Equal(1, channel!.Reader.Count);
        source.End = true;
        await topic.WhenEndedAsync();

        var seen = new List<string>();
        await foreach (var one in SseParser.Create(body).EnumerateAsync())
            seen.Add(one.EventId!);
        // What was under way, and then the last one alone.
        Assert.Equal(stalledAt + 1, seen.Count);
        Assert.EndsWith("!", seen[^1], StringComparison.Ordinal);

        async IAsyncEnumerable<LiveSample<Text>> Watch([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            channel = topic.TryWatch(null)!.Value.Next;
            await foreach (var sample in channel.Reader.ReadAllAsync(cancellationToken))
            {
                Interlocked.Increment(ref taken);
                yield return sample;
            }
        }
    }

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private Task<AccessHost> ServeAsync(Route route) =>
        AccessHost.StartAsync(_folder.Path, add: services => services
            .AddSingleton<TimeProvider>(_time)
            .AddSingleton<IStartupFilter>(route));

    /// <summary>Once the stream has begun to wait anew.</summary>
    private async Task AdvanceAsync(int seconds)
    {
        await Eventually.IsTrueAsync(() => _time.BeginsToWait(EventStream<Text>.Heartbeat));
        _time.Advance(TimeSpan.FromSeconds(seconds));
    }

    private static async Task<List<string?>> ReadAsync(StreamReader lines, int count)
    {
        var read = new List<string?>();
        while (read.Count < count)
            read.Add(await lines.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)));
        return read;
    }

    private static LiveSample<Text> Sample(long sequence, string text) =>
        new(sequence, default, new(text), "{}"u8.ToArray(), IsFinal: false);

    private static HttpClient SlowClient(Uri address) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8 * 1024 };
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = address,
    };

    private sealed class Route(Func<CancellationToken, IAsyncEnumerable<LiveSample<Text>>> samples) : IStartupFilter
    {
        private WatchedStream? _body;

        /// <summary>Number of the write that the connection does not take; null while it takes them.</summary>
        public int? PendingWrite => Volatile.Read(ref _body)?.Pending is > 0 and var pending ? pending : null;

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Map(Path, branch => branch.Run(http =>
            {
                var body = new WatchedStream(http.Response.Body);
                Volatile.Write(ref _body, body);
                http.Response.Body = body;
                return new EventStream<Text>(samples(http.RequestAborted), "text").ExecuteAsync(http);
            }));
            next(app);
        };
    }

    /// <summary>Numbers the writes and flushes that were not done at once.</summary>
    private sealed class WatchedStream(Stream inner) : Stream
    {
        private int _number;
        private int _pending;

        /// <summary>0 for none.</summary>
        public int Pending => Volatile.Read(ref _pending);

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            await WatchAsync(inner.WriteAsync(buffer, cancellationToken).AsTask());

        public override Task FlushAsync(CancellationToken cancellationToken) =>
            WatchAsync(inner.FlushAsync(cancellationToken));

        public override void Flush() => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        private async Task WatchAsync(Task write)
        {
            if (!write.IsCompleted)
                Volatile.Write(ref _pending, ++_number);
            await write;
            Volatile.Write(ref _pending, 0);
        }
    }

    private sealed class GrowingSource : ILiveSource<Text>
    {
        private static readonly string Padding = new('x', 64 * 1024);

        private int _reads;

        public volatile bool End;

        public Task<Text?> ReadAsync(CancellationToken cancellationToken) =>
            Task.FromResult<Text?>(new(End ? "" : $"{Interlocked.Increment(ref _reads)}{Padding}"));

        public bool IsFinal(Text value) => value.Value.Length == 0;

        public Text Stamp(Text value, long sequence, DateTimeOffset at) => value;
    }

    internal sealed record Text(string Value);
}
