using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using WorkerFleet.Api.Problems;

namespace WorkerFleet.Api.Submission;

/// <summary>
/// A source that is being uploaded: read once, as it comes, up to the limit. It has to be the last part of its form,
/// for what comes behind it would be known only when it is stored; that it is shows at its end.
/// </summary>
internal sealed class UploadedSource(Stream part, MultipartReader? form, long maxBytes) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _read;
    private bool _ended;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Of what was read, in lower-case hex. For once.</summary>
    public string Sha256() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <summary>Reads the rest, for its hash alone.</summary>
    public Task DrainAsync(CancellationToken cancellationToken) => CopyToAsync(Null, cancellationToken);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_ended || buffer.IsEmpty)
            return 0;
        var count = await part.ReadAsync(buffer, cancellationToken);
        _read += count;
        if (_read > maxBytes)
            throw ProblemException.TooLarge(
                $"The source is larger than {maxBytes:N0} bytes; split it, or have whoever runs this raise "
                    + "Fleet:Api:MaxUploadBytes");
        _hash.AppendData(buffer.Span[..count]);
        if (count > 0)
            return count;
        _ended = true;
        if (form is not null && await form.ReadNextSectionAsync(cancellationToken) is not null)
            throw ProblemException.BadRequest($"{SubmissionFields.Source}: has to be the last part of the form, "
                + "behind all options");
        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
