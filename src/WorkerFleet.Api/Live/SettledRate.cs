namespace WorkerFleet.Api.Live;

/// <summary>Rows settled a second over the last ten seconds, from counts that are read now and then.</summary>
internal sealed class SettledRate
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    /// <summary>Below this, two readings say little.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(400);

    private readonly Queue<(TimeSpan At, long Count)> _readings = new();

    /// <returns>The rate, or null as long as it is not known.</returns>
    public double? Add(TimeSpan at, long count)
    {
        // A replay makes settled rows pending again: what was before says nothing of it.
        if (_readings.Count > 0 && count < _readings.Peek().Count)
            _readings.Clear();
        _readings.Enqueue((at, count));
        while (_readings.Count > 2 && at - _readings.Peek().At > Window)
            _readings.Dequeue();
        var first = _readings.Peek();
        var span = at - first.At;
        return span < Shortest ? null : (count - first.Count) / span.TotalSeconds;
    }
}
