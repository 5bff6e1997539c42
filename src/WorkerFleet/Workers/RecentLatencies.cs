using System.Collections.Concurrent;

namespace WorkerFleet.Workers;

/// <summary>How long agents took in the last half to whole minute, by batch: for those who watch. Costs a row next to nothing.</summary>
public sealed class RecentLatencies
{
    /// <summary>What is told is of the one that goes on, and of the one before.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    /// <summary>Batches counted at the same time; the calls of further ones are not.</summary>
    private const int MaxBatches = 1_000;

    private readonly ConcurrentDictionary<Guid, Counts> _batches = new();
    private DateTimeOffset? _began;

    /// <summary>Counts a call that has ended.</summary>
    public void Add(Guid batchId, TimeSpan duration)
    {
        if (!_batches.TryGetValue(batchId, out var counts))
        {
            if (_batches.Count >= MaxBatches)
                return;
            counts = _batches.GetOrAdd(batchId, _ => new());
        }

        counts.Add(LatencyBuckets.Of(duration));
    }

    /// <summary>What was counted, by batch; forgets what is too old. For one reader.</summary>
    public IReadOnlyDictionary<Guid, IReadOnlyDictionary<int, int>> Read(DateTimeOffset now)
    {
        _began ??= now;
        var ends = now - _began >= Period;
        var read = new Dictionary<Guid, IReadOnlyDictionary<int, int>>();
        foreach (var (batchId, counts) in _batches)
        {
            var counted = counts.Read(ends);
            if (counted.Count > 0)
                read[batchId] = counted;
            else if (ends)
                _batches.TryRemove(batchId, out _);
        }

        if (ends)
            _began = now;
        return read;
    }

    private sealed class Counts
    {
        private readonly Lock _lock = new();
        private Dictionary<int, int> _now = [];
        private Dictionary<int, int> _before = [];

        public void Add(int bucket)
        {
            lock (_lock)
                _now[bucket] = _now.GetValueOrDefault(bucket) + 1;
        }

        public IReadOnlyDictionary<int, int> Read(bool periodEnds)
        {
            lock (_lock)
            {
                var sum = LatencyBuckets.Sum([_now, _before]);
                if (periodEnds)
                    (_before, _now) = (_now, []);
                return sum;
            }
        }
    }
}
