using System.Diagnostics;

namespace WorkerFleet.Acceptance.Agents;

/// <summary>Counts the calls of an agent: how many at once, how many of each batch, and how busy it was kept.</summary>
public sealed class CallMeter
{
    /// <summary>Where the batch's id is in the id of a session, <c>b-{batch}-{index}</c>.</summary>
    private static readonly Range BatchPart = 2..34;

    private readonly Lock _lock = new();
    private readonly List<(string Batch, int Caller, long At, long CallTicks)> _begun = [];
    private int _inFlight;
    private int _peak;
    private long _changedAt;
    private long _callTicks;

    /// <summary>Most calls at once since the last <see cref="ResetPeak"/>.</summary>
    public int Peak
    {
        get
        {
            lock (_lock)
                return _peak;
        }
    }

    /// <summary>Calls begun.</summary>
    public int Begun
    {
        get
        {
            lock (_lock)
                return _begun.Count;
        }
    }

    /// <summary>When the last call began, as of <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public long LastBegunAt
    {
        get
        {
            lock (_lock)
                return _begun[^1].At;
        }
    }

    /// <summary>Mean number of calls in flight from the first call's begin to the last change.</summary>
    public double MeanInFlight
    {
        get
        {
            lock (_lock)
                return (double)_callTicks / (_changedAt - _begun[0].At);
        }
    }

    /// <summary>The same between the begins of two calls, by their numbers.</summary>
    public double MeanInFlightBetween(int first, int last)
    {
        lock (_lock)
            return (double)(_begun[last].CallTicks - _begun[first].CallTicks) / (_begun[last].At - _begun[first].At);
    }

    public void ResetPeak()
    {
        lock (_lock)
            _peak = _inFlight;
    }

    public int BegunOf(Guid batch)
    {
        var name = batch.ToString("N");
        lock (_lock)
            return _begun.Count(call => call.Batch == name);
    }

    /// <summary>
    /// Calls of one batch that began between the first and the last call of another, of each caller by itself: one that
    /// stands still with calls of the other to make does not have those of the rest counted.
    /// </summary>
    public int BegunDuring(Guid batch, Guid other)
    {
        var (name, otherName) = (batch.ToString("N"), other.ToString("N"));
        lock (_lock)
            return _begun.GroupBy(call => call.Caller).Select(calls => calls.ToList()).Sum(calls =>
            {
                var first = calls.FindIndex(call => call.Batch == otherName);
                var last = calls.FindLastIndex(call => call.Batch == otherName);
                return first < 0 ? 0 : calls[first..(last + 1)].Count(call => call.Batch == name);
            });
    }

    /// <summary>Calls that began, from that number on, before the first one of a batch.</summary>
    public int BegunBeforeFirstOf(Guid batch, int from)
    {
        var name = batch.ToString("N");
        lock (_lock)
            return _begun.FindIndex(call => call.Batch == name) - from;
    }

    /// <param name="session">Its session.</param>
    /// <param name="caller">Who calls, where that is told apart.</param>
    internal void Begin(string session, int caller)
    {
        lock (_lock)
        {
            Advance(Stopwatch.GetTimestamp());
            _begun.Add((session[BatchPart], caller, _changedAt, _callTicks));
            _peak = Math.Max(_peak, ++_inFlight);
        }
    }

    internal void End()
    {
        lock (_lock)
        {
            Advance(Stopwatch.GetTimestamp());
            _inFlight--;
        }
    }

    private void Advance(long now)
    {
        _callTicks += _inFlight * (now - _changedAt);
        _changedAt = now;
    }
}
