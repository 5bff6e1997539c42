using System.Buffers;
using WorkerFleet.Blobs;
using WorkerFleet.Ledger;

namespace WorkerFleet.Sources;

/// <summary>
/// Takes a source in: copies it to the blob store in one streaming pass, resolves how it is to be read, and counts its
/// rows, so that the batch knows its size before anything is dispatched.
/// </summary>
public sealed class SourceIngest(IBlobStore blobs, ISourceReader reader)
{
    private const int SampleRows = 100;

    /// <summary>Reads <paramref name="source"/> to its end.</summary>
    /// <param name="source">The bytes; need not be seekable (standard input).</param>
    /// <param name="settings">What the user said about the source; the rest is detected.</param>
    /// <param name="blob">Name to store it under. On a problem nothing is left under it.</param>
    /// <param name="cancellationToken">Cancels; leaves nothing behind.</param>
    public async Task<IngestResult> IngestAsync(
        Stream source, SourceSettings settings, string blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var (spec, problem) = SourceSpecResolver.Resolve(settings);
        if (problem is not null)
            return Fail(settings, problem);

        var result = new IngestResult();
        try
        {
            using var hashing = new HashingStream(source);
            await blobs.PutAsync(blob, hashing, cancellationToken);
            result = await ExamineAsync(blob, spec, settings, cancellationToken);
            return result = result with { Sha256 = result.Problem is null ? hashing.Sha256() : "" };
        }
        finally
        {
            if (result.Problem is not null || result.Sha256.Length == 0)
                await blobs.DeleteAsync(blob, CancellationToken.None);
        }
    }

    private async Task<IngestResult> ExamineAsync(
        string blob, SourceSpec spec, SourceSettings settings, CancellationToken cancellationToken)
    {
        var (start, problem) = await JudgeHeadAsync(blob, cancellationToken);
        if (problem is null && spec.Format != SourceFormat.Jsonl)
            (spec, start, problem) = await new HeaderReader(blobs).ReadAsync(blob, spec, start, cancellationToken);
        if (problem is not null)
            return Fail(settings, problem);

        var count = await CountAsync(blob, spec, start, cancellationToken);
        if (count.Rows == 0)
            return Fail(settings, spec.HasHeader ? "has a header but no rows." : "has no rows.");
        if (spec.OnBadRow == BadRowPolicy.Fail && count.FirstBad is not null)
            return Fail(settings, BadRows(count));

        return new IngestResult
        {
            Spec = spec,
            Start = start,
            Rows = count.Rows,
            BadRows = count.BadRows,
            Sample = await SampleAsync(blob, spec, start, cancellationToken),
        };
    }

    private async Task<(SourcePosition Start, string? Problem)> JudgeHeadAsync(
        string blob, CancellationToken cancellationToken)
    {
        var stream = await blobs.OpenReadAsync(blob, 0, cancellationToken);
        await using (stream.ConfigureAwait(false))
        {
            var head = ArrayPool<byte>.Shared.Rent(SourceHead.Bytes);
            var length = await stream.ReadAtLeastAsync(
                head.AsMemory(0, SourceHead.Bytes), SourceHead.Bytes, throwOnEndOfStream: false, cancellationToken);
            var problem = SourceHead.Judge(head.AsSpan(0, length));
            var hasMark = head.AsSpan(0, length).StartsWith(SourceHead.ByteOrderMark);
            ArrayPool<byte>.Shared.Return(head);
            return (new SourcePosition(0, hasMark ? SourceHead.ByteOrderMark.Length : 0, 1), problem);
        }
    }

    /// <summary>Counts by the scanner that also reads the rows later, so that both agree.</summary>
    private async Task<RowCount> CountAsync(
        string blob, SourceSpec spec, SourcePosition start, CancellationToken cancellationToken)
    {
        var stream = await blobs.OpenReadAsync(blob, start.ByteOffset, cancellationToken);
        await using (stream.ConfigureAwait(false))
        {
            using var scanner = new RecordScanner(stream, SourceReader.CreateFormat(spec), start, spec.MaxRowBytes);
            var bad = 0L;
            string? firstBad = null;
            while (await scanner.ReadAsync(cancellationToken))
            {
                if (scanner.Problem is not { } problem)
                    continue;
                bad++;
                firstBad ??= problem;
            }

            return new RowCount(scanner.Next.Index - start.Index, bad, firstBad);
        }
    }

    private async Task<IReadOnlyList<SourceRow>> SampleAsync(
        string blob, SourceSpec spec, SourcePosition start, CancellationToken cancellationToken)
    {
        var sample = new List<SourceRow>();
        await foreach (var row in reader.ReadAsync(blob, spec, start, cancellationToken))
        {
            if (row.BadRow is null)
                sample.Add(row);
            if (sample.Count == SampleRows)
                break;
        }

        return sample;
    }

    private static string BadRows(RowCount count) => count.BadRows == 1
        ? $"has one malformed row. {count.FirstBad}"
        : $"has {count.BadRows} malformed rows. The first: {count.FirstBad}";

    private static IngestResult Fail(SourceSettings settings, string problem) =>
        new() { Problem = $"{settings.DisplayName} {problem}" };

    private readonly record struct RowCount(long Rows, long BadRows, string? FirstBad);
}
