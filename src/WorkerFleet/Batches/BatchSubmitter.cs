using WorkerFleet.Sources;

namespace WorkerFleet.Batches;

/// <summary>Checks and submits a batch. Nothing is dispatched unless everything is in order.</summary>
public sealed class BatchSubmitter
{
    /// <summary>
    /// Stores the source, checks mapping and agents (probing each that the batch can use), and submits. If an unfinished
    /// batch has the same source and spec, that one is returned instead, so that the same run started again goes on.
    /// </summary>
    public Task<SubmitResult> SubmitAsync(SubmitRequest request, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

/// <param name="Source">The bytes, read to the end.</param>
/// <param name="SourceSettings">How to read them.</param>
/// <param name="Spec">The options; <see cref="BatchSpec.Source"/> is filled in from the source.</param>
/// <param name="Output">Folder for the results when the batch ends; null for none.</param>
/// <param name="ReuseUnfinished">Whether an unfinished batch with the same fingerprint is taken up again.</param>
public sealed record SubmitRequest(
    Stream Source, SourceSettings SourceSettings, BatchSpec Spec, string? Output, bool ReuseUnfinished = true);

/// <param name="BatchId">The batch; null when there are problems.</param>
/// <param name="Existing">Whether it is an unfinished batch that was there before.</param>
/// <param name="Rows">Rows of the source.</param>
/// <param name="Problems">Everything that is wrong, each one message for a person.</param>
public sealed record SubmitResult(Guid? BatchId, bool Existing, long Rows, IReadOnlyList<string> Problems);
