using WorkerFleet.Ledger;

namespace WorkerFleet.Sources;

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
