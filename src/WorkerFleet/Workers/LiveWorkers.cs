using WorkerFleet.Storage;

namespace WorkerFleet.Workers;

/// <summary>Which processes live, by their heartbeats, as read not long ago: it is asked for each of many items.</summary>
public sealed class LiveWorkers(IWorkerRegistry registry, StorePace pace, TimeProvider time) : IDisposable
{
    /// <summary>Without a heartbeat for so long a process is taken for dead: three of the slowest <see cref="StorePace"/>.</summary>
    public static readonly TimeSpan GoneAfter = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _reading = new(1);
    private Reading? _last;

    /// <param name="workerId">A <see cref="WorkerIdentity.Id"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<bool> IsAliveAsync(string workerId, CancellationToken cancellationToken)
    {
        if (!IsFresh(_last))
        {
            await _reading.WaitAsync(cancellationToken);
            try
            {
                if (!IsFresh(_last))
                    _last = await ReadAsync(cancellationToken);
            }
            finally
            {
                _reading.Release();
            }
        }

        return _last!.Ids.Contains(workerId);
    }

    public void Dispose() => _reading.Dispose();

    private async Task<Reading> ReadAsync(CancellationToken cancellationToken)
    {
        var at = time.GetTimestamp();
        var workers = await registry.ListAsync(time.GetUtcNow() - GoneAfter, cancellationToken);
        return new(at, workers.Select(worker => worker.Id).ToHashSet(StringComparer.Ordinal));
    }

    private bool IsFresh(Reading? reading) => reading is not null && time.GetElapsedTime(reading.At) < pace.Report;

    private sealed record Reading(long At, HashSet<string> Ids);
}
