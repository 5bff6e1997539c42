using System.Collections.Concurrent;
using System.Text.Json;
using WorkerFleet.Api.Problems;
using WorkerFleet.Batches;
using WorkerFleet.Results;

namespace WorkerFleet.Api.Results;

/// <summary>
/// The summaries of batches that are over. To make one, all outcomes have to be read; so it is made once, and kept
/// until a replay makes it old.
/// </summary>
internal sealed class Summaries(ResultStreams streams) : IDisposable
{
    private const int MaxKept = 100;

    /// <summary>One is made at a time: the others wait, and may find theirs made.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    private readonly ConcurrentDictionary<Guid, (int Version, BatchSummary Summary)> _kept = new();

    /// <exception cref="ProblemException">The batch is not over.</exception>
    public async Task<BatchSummary> OfAsync(BatchState batch, CancellationToken cancellationToken)
    {
        if (!BatchStatus.IsFinal(batch.CurrentState))
            throw ProblemException.Conflict(
                $"The batch is not over ({JsonNamingPolicy.SnakeCaseLower.ConvertName(batch.CurrentState)}), and "
                    + "has no summary yet; "
                + "its counts and causes of failures are at hand while it runs");
        if (Find(batch) is { } known)
            return known;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (Find(batch) is { } made)
                return made;
            var summary = await streams.SummarizeAsync(batch, cancellationToken);
            if (_kept.Count >= MaxKept)
                _kept.Clear();
            _kept[batch.CorrelationId] = (batch.Version, summary);
            return summary;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private BatchSummary? Find(BatchState batch) =>
        _kept.TryGetValue(batch.CorrelationId, out var kept) && kept.Version == batch.Version ? kept.Summary : null;
}
