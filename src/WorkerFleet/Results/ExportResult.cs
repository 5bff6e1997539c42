namespace WorkerFleet.Results;

/// <param name="Folder">Full path.</param>
/// <param name="Complete">Whether every row is in it with its final outcome, and so a manifest was written.</param>
/// <param name="Summary">What summary.json says.</param>
public sealed record ExportResult(string Folder, bool Complete, BatchSummary Summary);
