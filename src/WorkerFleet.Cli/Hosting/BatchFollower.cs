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

    /// <summary>Snapshots, the last of them of the finished batch.</summary>
    /// <exception cref="UserErrorException">The batch is gone.</exception>
    public async IAsyncEnumerable<ProgressSnapshot> FollowAsync(
        Guid batchId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var meter = new RateMeter();
        while (true)
        {
            var asked = time.GetTimestamp();
            var progress = await queries.FindAsync(batchId, cancellationToken)
                ?? throw new UserErrorException(
                    $"The batch {Figures.ShortId(batchId)} is gone: somebody deleted it.", ExitCodes.Failed);
            var elapsed = time.GetElapsedTime(start);
            var snapshot = SnapshotOf(progress, elapsed, meter);
            yield return snapshot;
            if (snapshot.IsFinal)
                yield break;
            var wait = time.GetElapsedTime(asked) * WaitPerCost;
            await Task.Delay(
                wait < ShortestWait ? ShortestWait : wait > LongestWait ? LongestWait : wait, time, cancellationToken);
        }
    }

    private static ProgressSnapshot SnapshotOf(BatchProgress progress, TimeSpan elapsed, RateMeter meter)
    {
        var rate = meter.Add(elapsed, progress.Counts.Settled);
        TimeSpan? remaining = rate > 0 && progress.Counts.Pending / rate.Value < TimeSpan.FromDays(365).TotalSeconds
            ? TimeSpan.FromSeconds(progress.Counts.Pending / rate.Value)
            : null;
        return new ProgressSnapshot(progress, rate, elapsed, remaining);
    }
}
