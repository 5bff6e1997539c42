using WorkerFleet.Api.Contracts;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Workers;

namespace WorkerFleet.Api.Live;

/// <summary>
/// Reads one batch: counts from the ledger, the rest from heartbeats, and causes when failures have come.
/// </summary>
internal sealed class BatchLiveSource(
    Guid batchId, BatchQueries queries, IWorkerRegistry workers, IDeadLetters letters, TimeProvider time)
    : ILiveSource<BatchLiveJson>
{
    private const int MaxErrors = 20;

    /// <summary>Those whose last heartbeat is older work on nothing that one could count on.</summary>
    private static readonly TimeSpan HeartbeatAge = TimeSpan.FromSeconds(15);

    /// <summary>Grouping letters costs more than the rest, so it takes at most as much of the time.</summary>
    private static readonly TimeSpan ErrorsAge = TimeSpan.FromSeconds(2);

    /// <summary>Where there are some, they are looked at again: letters are archived without a row changing its state.</summary>
    private static readonly TimeSpan KnownErrorsAge = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestEta = TimeSpan.FromDays(365);

    private readonly SettledRate _rate = new();
    private readonly long _began = time.GetTimestamp();
    private IReadOnlyList<DeadLetterGroup> _errors = [];
    private (long Unsuccessful, int Round) _errorsOf;
    private long? _errorsReadAt;
    private TimeSpan _errorsCost;

    public async Task<BatchLiveJson?> ReadAsync(CancellationToken cancellationToken)
    {
        if (await queries.FindAsync(batchId, cancellationToken) is not { } progress)
            return null;
        var isFinal = BatchStatus.IsFinal(progress.Batch.CurrentState);
        var rate = _rate.Add(time.GetElapsedTime(_began), progress.Counts.Settled);
        if (isFinal || progress.Batch.CurrentState == BatchStatus.Paused)
            rate = null;
        var activity = (await workers.ListAsync(time.GetUtcNow() - HeartbeatAge, cancellationToken))
            .SelectMany(worker => worker.Activity).Where(each => each.BatchId == batchId).ToList();
        await ReadErrorsAsync(progress, isFinal, cancellationToken);
        var batch = BatchJson.Of(progress);
        return new BatchLiveJson(
            0, default, batch, rate is { } known ? Math.Round(known, 1) : null,
            EtaOf(rate, progress.Counts.Pending), activity.Sum(each => each.InFlight),
            LatencyLiveJson.Of(LatencyBuckets.Sum(activity.Select(each => each.Latencies))), _errors,
            BatchLiveJson.ProjectCost(batch));
    }

    public bool IsFinal(BatchLiveJson value) => BatchStatus.IsFinal(value.Batch.Status);

    public BatchLiveJson Stamp(BatchLiveJson value, long sequence, DateTimeOffset at) =>
        value with { Sequence = sequence, At = at };

    /// <summary>When there are others than last time, or some for a while; and always at the end, where they are complete.</summary>
    private async Task ReadErrorsAsync(BatchProgress progress, bool isFinal, CancellationToken cancellationToken)
    {
        var of = (progress.Counts.Settled - progress.Counts.Succeeded, progress.Batch.Round);
        var (age, isKnown) = of == _errorsOf ? (KnownErrorsAge, of.Item1 == 0) : (ErrorsAge, false);
        if (!isFinal && (isKnown || !IsTimeForErrors(age)))
            return;
        var asked = time.GetTimestamp();
        _errors = of.Item1 == 0 ? [] : await letters.ReadGroupsAsync(batchId, MaxErrors, cancellationToken);
        // Letters are filed a moment after their rows are settled: as long as there are none, look again.
        if (_errors.Count > 0 || of.Item1 == 0)
            _errorsOf = of;
        (_errorsReadAt, _errorsCost) = (time.GetTimestamp(), time.GetElapsedTime(asked));
    }

    private bool IsTimeForErrors(TimeSpan age)
    {
        var wait = _errorsCost * LivePace.WaitPerCost;
        return _errorsReadAt is not { } at || time.GetElapsedTime(at) >= (wait > age ? wait : age);
    }

    private static double? EtaOf(double? rate, long pending) =>
        rate > 0 && pending / rate.Value < LongestEta.TotalSeconds ? Math.Round(pending / rate.Value) : null;
}
