using WorkerFleet.Api.Contracts;
using WorkerFleet.Batches;

namespace WorkerFleet.Api.Live;

/// <summary>Reads the newest batches of an owner. What is over is counted once, not with each look.</summary>
internal sealed class BatchListLiveSource(string? owner, BatchQueries queries, IBatchStore batches)
    : ILiveSource<BatchListLiveJson>
{
    public const int MaxBatches = 50;

    /// <summary>Batches that are looked through for those of the owner.</summary>
    private const int MaxPages = 10;
    private const int PageSize = 100;

    private readonly Dictionary<Guid, (int Version, BatchJson Json)> _over = [];

    public async Task<BatchListLiveJson?> ReadAsync(CancellationToken cancellationToken)
    {
        var list = new List<BatchJson>();
        foreach (var batch in await NewestAsync(cancellationToken))
        {
            if (_over.TryGetValue(batch.CorrelationId, out var known) && known.Version == batch.Version)
                list.Add(known.Json);
            else if (await queries.FindAsync(batch.CorrelationId, cancellationToken) is { } progress)
                list.Add(Keep(progress));
        }

        foreach (var gone in _over.Keys.Except(list.Select(batch => batch.BatchId)).ToList())
            _over.Remove(gone);
        return new BatchListLiveJson(0, default, list);
    }

    public bool IsFinal(BatchListLiveJson value) => false;

    public BatchListLiveJson Stamp(BatchListLiveJson value, long sequence, DateTimeOffset at) =>
        value with { Sequence = sequence, At = at };

    private BatchJson Keep(BatchProgress progress)
    {
        var json = BatchJson.Of(progress);
        if (BatchStatus.IsFinal(json.Status))
            _over[json.BatchId] = (progress.Batch.Version, json);
        return json;
    }

    private async Task<IReadOnlyList<BatchState>> NewestAsync(CancellationToken cancellationToken)
    {
        var found = new List<BatchState>();
        Guid? before = null;
        for (var page = 0; page < MaxPages && found.Count < MaxBatches; page++)
        {
            var size = owner is null ? MaxBatches : PageSize;
            var listed = await batches.ListAsync(before, unfinishedOnly: false, size, cancellationToken);
            found.AddRange(listed.Where(batch => owner is null || batch.Spec.Owner == owner));
            if (listed.Count < size)
                break;
            before = listed[^1].CorrelationId;
        }

        return [.. found.Take(MaxBatches)];
    }
}
