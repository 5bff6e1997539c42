using WorkerFleet.Agents;
using WorkerFleet.Workers;

namespace WorkerFleet.Planning;

/// <summary>Keeps the calls of a sample inside an agent's limits.</summary>
internal sealed class SampleGate : IDisposable
{
    private readonly SemaphoreSlim _places;
    private readonly Lock _lock = new();
    private readonly double? _rate;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private TimeSpan _next;

    public SampleGate(AgentLimits limits, TimeProvider time)
    {
        // Of live sessions there are at most as many as calls of the sample: the command sees to that.
        _places = new(limits.Concurrency ?? int.MaxValue);
        _rate = limits.StartsPerSecond * AgentFlow.Headroom;
        (_time, _origin) = (time, time.GetTimestamp());
    }

    /// <returns>To be disposed when the call has ended.</returns>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        var place = new Place(_places);
        if (_rate is not { } rate)
            return place;
        TimeSpan wait;
        lock (_lock)
        {
            var now = _time.GetElapsedTime(_origin);
            var begins = _next > now ? _next : now;
            _next = begins + TimeSpan.FromSeconds(1 / rate);
            wait = begins - now;
        }

        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, _time, cancellationToken);
        return place;
    }

    public void Dispose() => _places.Dispose();

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
