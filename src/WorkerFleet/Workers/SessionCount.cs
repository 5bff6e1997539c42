namespace WorkerFleet.Workers;

/// <summary>The sessions that calls of this process have begun, and that are live still.</summary>
/// <param name="idleTime">When a session ends that nobody calls any more and nobody stopped.</param>
internal sealed class SessionCount(TimeSpan idleTime)
{
    /// <summary>When the sessions end whose calls are over, in order; as many as are allowed at most.</summary>
    private readonly Queue<TimeSpan> _ends = new();

    private int _calling;

    /// <summary>Sessions that this process may have live; its share of the limit.</summary>
    public int Capacity { get; set; }

    /// <summary>When the next one ends by itself, if nobody calls it; null when all are being called.</summary>
    public TimeSpan? NextEnd => _ends.TryPeek(out var next) ? next : null;

    public int Live(TimeSpan now)
    {
        while (_ends.TryPeek(out var end) && end <= now)
            _ends.Dequeue();
        return _calling + _ends.Count;
    }

    public void Begin() => _calling++;

    /// <param name="now">The time.</param>
    /// <param name="lives">Whether it stays until it is idle for long: it was begun, and not stopped.</param>
    public void End(TimeSpan now, bool lives)
    {
        _calling--;
        if (lives)
            _ends.Enqueue(now + idleTime);
    }
}
