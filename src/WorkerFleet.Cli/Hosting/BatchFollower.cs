using System.Runtime.CompilerServices;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Hosting;

/// <summary>Reads again and again how a batch stands.</summary>
internal sealed class BatchFollower(BatchQueries queries, TimeProvider time)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>Looking takes at most one part in so many of the time.</summary>
    private const int WaitPerCost = 20;

    /// <summary>A batch that was submitted has to show within this time.</summary>
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);

    /// <summary>Snapshots, the last of them the first one for which <paramref name="until"/> holds.</summary>
    /// <exception cref="UserErrorException">The batch is gone.</exception>
    public async IAsyncEnumerable<ProgressSnapshot> FollowAsync(
        Guid batchId, Func<BatchProgress, bool> until,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var meter = new RateMeter();
        var seen = false;
        while (true)
        {
            var asked = time.GetTimestamp();
            var progress = await queries.FindAsync(batchId, cancellationToken);
            var elapsed = time.GetElapsedTime(start);
            if (progress is not null)
            {
                seen = true;
                yield return SnapshotOf(progress, elapsed, meter);
                if (until(progress))
                    yield break;
            }
            else if (seen || elapsed > LongestStart)
            {
                throw new UserErrorException(seen
                    ? $"The batch {Figures.ShortId(batchId)} is gone: somebody deleted it"
                    : $"The batch {Figures.ShortId(batchId)} did not begin; --verbose shows why",
                    ExitCodes.Failed);
            }
            var wait = time.GetElapsedTime(asked) * WaitPerCost;
            await Task.Delay(
                wait < ShortestWait ? ShortestWait : wait > LongestWait ? LongestWait : wait,
                time, cancellationToken);
        }
    }

    public static bool IsFinal(BatchProgress progress) => BatchStatus.IsFinal(progress.Batch.CurrentState);

    private static ProgressSnapshot SnapshotOf(BatchProgress progress, TimeSpan elapsed, RateMeter meter)
    {
        var rate = meter.Add(elapsed, progress.Counts.Settled);
        TimeSpan? remaining = rate > 0
            && progress.Counts.Pending / rate.Value < TimeSpan.FromDays(365).TotalSeconds
            ? TimeSpan.FromSeconds(progress.Counts.Pending / rate.Value)
            : null;
        return new ProgressSnapshot(progress, rate, elapsed, remaining);
    }
}
