using WorkerFleet.Items;

namespace WorkerFleet.Workers;

/// <summary>Whether an agent is called at all: the rules alone.</summary>
/// <remarks>
/// Opens on five refusals in a row that concern the agent as a whole, and when 40 of the last 50 calls met an agent that
/// could not be reached or was unavailable. Once the time that it is open is over, one call tries; the time doubles with
/// each that fails.
/// </remarks>
internal sealed class CircuitBreaker
{
    /// <summary>How long it is open at first.</summary>
    public static readonly TimeSpan FirstTime = TimeSpan.FromSeconds(5);

    /// <summary>How long it is open at most.</summary>
    public static readonly TimeSpan LongestTime = TimeSpan.FromMinutes(5);

    private const int RefusalsToOpen = 5;
    private const int Window = 50;
    private const int OutagesToOpen = 40;

    /// <summary>One that opens again so soon goes on where it stood.</summary>
    private static readonly TimeSpan Relapse = TimeSpan.FromMinutes(1);

    private readonly Queue<bool> _window = new();
    private int _outages;
    private int _refusals;
    private TimeSpan? _closedAt;

    /// <summary>Why it is open; null when it is closed.</summary>
    public ItemFailure? Cause { get; private set; }

    /// <summary>When it opened, after the last call that got an answer; null when it is closed.</summary>
    public TimeSpan? BrokenSince { get; private set; }

    /// <summary>When the next call tries, unless one does already.</summary>
    public TimeSpan OpenUntil { get; private set; }

    /// <summary>Since when one call tries; null when none does.</summary>
    public TimeSpan? ProbingSince { get; private set; }

    /// <summary>How often it has opened without a call that got through.</summary>
    public int Openings { get; private set; }

    public bool IsClosed => Cause is null;

    public bool MayCall(TimeSpan now) => IsClosed || (ProbingSince is null && now >= OpenUntil);

    /// <summary>Takes in that a call begins.</summary>
    /// <returns>Whether it is the one that tries.</returns>
    public bool Begin(TimeSpan now)
    {
        if (IsClosed)
            return false;
        ProbingSince = now;
        return true;
    }

    /// <summary>The call that tried ended without anything that can be learned from it.</summary>
    public void Abandon() => ProbingSince = null;

    /// <summary>Takes in how a call ended.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isProbe">What <see cref="Begin"/> said of it.</param>
    /// <param name="failure">Null when it succeeded.</param>
    /// <param name="latest">It is not open for longer than until then, unless the agent asked for it.</param>
    public void End(TimeSpan now, bool isProbe, ItemFailure? failure, TimeSpan latest)
    {
        var isRefusal = failure is { AgentWide: true };
        var isOutage = !isRefusal && IsOutage(failure);
        if (isProbe)
            ProbingSince = null;
        if (!IsClosed)
        {
            // What began before it opened, and ends only now, says nothing new.
            if (isProbe && (isRefusal || isOutage || failure?.Kind == FailureKind.Timeout))
                Open(now, failure!, latest);
            else if (isProbe)
                Close(now);
            return;
        }

        if (failure is { Kind: FailureKind.Throttled, AgentWide: false })
            return;
        _refusals = isRefusal ? _refusals + 1 : 0;
        Note(isOutage);
        if (_refusals >= RefusalsToOpen || (_window.Count == Window && _outages >= OutagesToOpen))
        {
            // Soon after the last time it is the same trouble.
            Openings = _closedAt is { } closedAt && now - closedAt < Relapse ? Openings : 0;
            BrokenSince = now;
            Open(now, failure!, latest);
        }
    }

    /// <summary>Whether the agent is not there, so that the failure says nothing about the item.</summary>
    public static bool IsOutage(ItemFailure? failure) =>
        failure?.Kind is FailureKind.Connection or FailureKind.Unavailable;

    private void Open(TimeSpan now, ItemFailure failure, TimeSpan latest)
    {
        Cause = failure;
        var time = FirstTime * Math.Pow(2, Math.Min(Openings++, 10));
        time = time < LongestTime ? time : LongestTime;
        if (latest > now && now + time > latest)
            time = latest - now;
        OpenUntil = now + (failure.RetryAfter > time ? failure.RetryAfter.Value : time);
    }

    private void Close(TimeSpan now)
    {
        (Cause, BrokenSince, ProbingSince, _closedAt) = (null, null, null, now);
        (_refusals, _outages) = (0, 0);
        _window.Clear();
    }

    private void Note(bool isOutage)
    {
        _window.Enqueue(isOutage);
        _outages += isOutage ? 1 : 0;
        if (_window.Count > Window)
            _outages -= _window.Dequeue() ? 1 : 0;
    }
}
