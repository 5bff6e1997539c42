using WorkerFleet.DynamoDb.Client;

namespace WorkerFleet.DynamoDb;

/// <summary>
/// Says when to ask what is due: at intervals where nothing was, so that an idle fleet costs little; at once where this process
/// knows of something.
/// </summary>
internal sealed class SweepRhythm(DynamoTables tables)
{
    /// <summary>Due times remembered; beyond, it asks each time.</summary>
    private const int MaxExpected = 10_000;

    private readonly Lock _lock = new();
    private readonly PriorityQueue<DateTimeOffset, DateTimeOffset> _expected = new();
    private long? _foundNothing;

    /// <summary>This process has put a message that is due then.</summary>
    public void Expect(DateTimeOffset dueAt)
    {
        lock (_lock)
        {
            if (_expected.Count < MaxExpected)
                _expected.Enqueue(dueAt, dueAt);
            else
                _foundNothing = null;
        }
    }

    public bool IsTime(DateTimeOffset now)
    {
        lock (_lock)
        {
            return _foundNothing is not { } at
                || tables.Time.GetElapsedTime(at) >= tables.Options.ScheduleInterval
                || _expected.Count == MaxExpected
                || (_expected.TryPeek(out var next, out _) && next <= now);
        }
    }

    public void Swept(DateTimeOffset now, bool found)
    {
        lock (_lock)
        {
            while (_expected.TryPeek(out var next, out _) && next <= now)
                _expected.Dequeue();
            _foundNothing = found ? null : tables.Time.GetTimestamp();
        }
    }
}
