using WorkerFleet.Blobs;
using WorkerFleet.Ledger;

namespace WorkerFleet.Sources;

/// <summary>
/// Takes a source in: copies it to the blob store in one streaming pass, resolves how it is to be read, and counts its
/// rows, so that the batch knows its size before anything is dispatched.
/// </summary>
public sealed class SourceIngest(IBlobStore blobs, ISourceReader reader)
{
    /// <summary>Reads <paramref name="source"/> to its end.</summary>
    /// <param name="source">The bytes; need not be seekable (standard input).</param>
    /// <param name="settings">What the user said about the source; the rest is detected.</param>
    /// <param name="blob">Name to store it under. On a problem nothing is left under it.</param>
    /// <param name="cancellationToken">Cancels; leaves nothing behind.</param>
    public Task<IngestResult> IngestAsync(
        Stream source, SourceSettings settings, string blob, CancellationToken cancellationToken)
    {
        _ = blobs;
        _ = reader;
        throw new NotImplementedException();
    }
}

/// <summary>What a user can say about a source; null means: detect, or the default.</summary>
public sealed record SourceSettings
{
    /// <summary>Shown in messages: the path as the user wrote it, or <c>standard input</c>.</summary>
    public required string DisplayName { get; init; }

    /// <summary>By default from the file name: .csv, .tsv, .jsonl or .ndjson; standard input has to name it.</summary>
    public SourceFormat? Format { get; init; }

    /// <summary>By default a comma for CSV, a tab for TSV.</summary>
    public char? Delimiter { get; init; }

    public char? Quote { get; init; }

    /// <summary>Column names. Given without <see cref="Header"/>, the source is taken to have no header.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    public bool? Header { get; init; }

    public BadRowPolicy OnBadRow { get; init; } = BadRowPolicy.Reject;

    public int? MaxRowBytes { get; init; }
}

/// <summary>What was taken in, or the one thing that is wrong with it.</summary>
public sealed record IngestResult
{
    /// <summary>One message for a person: what is wrong, where (name, line), and what to do. Null when all is well.</summary>
    public string? Problem { get; init; }

    public SourceSpec Spec { get; init; } = new();

    /// <summary>Rows, malformed ones included.</summary>
    public long Rows { get; init; }

    public long BadRows { get; init; }

    /// <summary>Where the first row starts: behind the byte order mark and the header.</summary>
    public SourcePosition Start { get; init; }

    /// <summary>SHA-256 of the bytes, in lower-case hex.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>The first good rows, at most 100: what a JSONL source's columns are judged by.</summary>
    public IReadOnlyList<SourceRow> Sample { get; init; } = [];
}
