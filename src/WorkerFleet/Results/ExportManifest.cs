using WorkerFleet.Ledger;

namespace WorkerFleet.Results;

/// <summary>What manifest.json holds. Its presence means that the export is whole.</summary>
internal sealed record ExportManifest
{
    public required Guid BatchId { get; init; }

    /// <summary>The batch's final state.</summary>
    public required string Status { get; init; }

    /// <summary>Always true: there is no manifest of an incomplete export.</summary>
    public bool Complete { get; init; } = true;

    /// <summary>Rows of the source, each of them in results.jsonl and results.csv.</summary>
    public required long Rows { get; init; }

    public required ItemCounts Counts { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required ManifestSource Source { get; init; }

    public required IReadOnlyList<ManifestFile> Files { get; init; }
}

/// <param name="Name">The batch's name, by default the source's file name.</param>
/// <param name="Rows">Rows counted when it was stored.</param>
/// <param name="Fingerprint">SHA-256 over source and options, in lower-case hex.</param>
internal sealed record ManifestSource(string Name, long Rows, string Fingerprint);

/// <param name="Name">File in the same folder.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">In lower-case hex.</param>
/// <param name="Lines">Line feeds in it; a CSV value may hold some, so that there can be more than records.</param>
internal sealed record ManifestFile(string Name, long Bytes, string Sha256, long Lines);
