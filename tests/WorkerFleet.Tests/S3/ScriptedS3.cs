using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace WorkerFleet.Tests.S3;

/// <summary>A client that serves one object, and whose connections break where a test says.</summary>
internal sealed class ScriptedS3(byte[] content) : AmazonS3Client(
    new BasicAWSCredentials("test", "test"), new AmazonS3Config { ServiceURL = "http://127.0.0.1:1" })
{
    /// <summary>How many bytes each connection gives before it breaks; the last holds on.</summary>
    public Queue<int> BreakAfter { get; } = new();

    /// <summary>Whether a connection that breaks ends as if all were well, rather than with an exception.</summary>
    public bool EndsQuietly { get; init; }

    public string ETag { get; set; } = "\"1\"";

    /// <summary>The ranges that were asked for.</summary>
    public List<string> Ranges { get; } = [];

    public override Task<GetObjectResponse> GetObjectAsync(
        GetObjectRequest request, CancellationToken cancellationToken = default)
    {
        var range = request.ByteRange?.FormattedByteRange ?? "";
        Ranges.Add(range);
        var start = range.Length == 0 ? 0 : int.Parse(range["bytes=".Length..^1], null);
        if (request.EtagToMatch is { } etag && etag != ETag)
            throw new AmazonS3Exception("no match") { StatusCode = HttpStatusCode.PreconditionFailed };
        var limit = BreakAfter.TryDequeue(out var bytes) ? bytes : int.MaxValue;
        return Task.FromResult(new GetObjectResponse
        {
            ETag = ETag,
            ContentLength = content.Length - start,
            ResponseStream = new BreakingStream(content[start..], limit, EndsQuietly),
        });
    }

    private sealed class BreakingStream(byte[] content, int limit, bool endsQuietly) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var left = limit - (int)Position;
            if (left > 0 || limit >= Length)
                return base.ReadAsync(buffer[..Math.Min(buffer.Length, Math.Max(left, 0))], cancellationToken);
            return endsQuietly ? new(0) : throw new IOException("The connection was reset.");
        }
    }
}
