using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace WorkerFleet.Tests.Api;

/// <summary>
/// Around everything else of a host: counts requests that are under way, and the bytes of their
/// answers.
/// </summary>
internal sealed class WatchedResponses : IStartupFilter
{
    private int _underWay;
    private long _bytes;

    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Written by the server so far, whether or not the client has read them.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (http, rest) =>
        {
            Interlocked.Increment(ref _underWay);
            var body = http.Response.Body;
            http.Response.Body = new CountedStream(body, count => Interlocked.Add(ref _bytes, count));
            try
            {
                await rest(http);
            }
            finally
            {
                http.Response.Body = body;
                Interlocked.Decrement(ref _underWay);
            }
        });
        next(app);
    };

    private sealed class CountedStream(Stream inner, Action<int> count) : Stream
    {
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
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await inner.WriteAsync(buffer, cancellationToken);
            count(buffer.Length);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int length, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, length), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int length) => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int length) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
