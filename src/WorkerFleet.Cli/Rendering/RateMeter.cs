namespace WorkerFleet.Cli.Rendering;

/// <summary>Rows a second over the last ten seconds, from counts that are read now and then.</summary>
internal sealed class RateMeter
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    /// <summary>Below this, two readings say little.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(400);

    private readonly Queue<(TimeSpan At, long Count)> _readings = new();

    /// <returns>The rate, or null as long as it is not known.</returns>
    public double? Add(TimeSpan at, long count)
    {
        _readings.Enqueue((at, count));
        while (_readings.Count > 2 && at - _readings.Peek().At > Window)
            _readings.Dequeue();
        var first = _readings.Peek();
        var span = at - first.At;
        // A replay makes settled rows pending again: then there is nothing to say until it moves on.
        return span < Shortest || count < first.Count ? null : (count - first.Count) / span.TotalSeconds;
    }
}
