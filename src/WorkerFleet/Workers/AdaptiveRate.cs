namespace WorkerFleet.Workers;

/// <summary>
/// How fast an agent is called below what it is configured for, by what it throttles: additive increase, multiplicative
/// decrease. Where nothing is configured, calls are not slowed until the first is throttled.
/// </summary>
/// <remarks>
/// Rates and not calls in flight are adapted: of an agent that answers in 10 ms a single call at a time is 100 a second, which
/// is four times AgentCore's quota. A decrease is one of 5 %; where much is throttled, down to what got through in the last
/// second, by 75 % at most; nothing where less than 1 % is. There is one a second at most, which is what a quota needs to show the effect. The increase is
/// fast up to 97 % of where it was throttled, and slow from there on, so that few calls are throttled to find out.
/// </remarks>
internal sealed class AdaptiveRate
{
    private const double LeastDecrease = 0.95;
    private const double MostDecrease = 0.25;
    private const double NearMark = 0.97;
    private const double FastStep = 0.03;
    private const double SlowStep = 0.001;

    /// <summary>No slower than a call in so many seconds, so that whatever happens is noticed.</summary>
    private const double LongestSeconds = 5;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>The slow step doubles whenever it has gone well for so long: the quota can have become a larger one.</summary>
    private static readonly TimeSpan Doubling = TimeSpan.FromSeconds(20);

    private double _level = 1;
    private double _mark;
    private TimeSpan _decreasedAt;
    private TimeSpan _grownAt;

    /// <summary>
    /// The configured rate in calls a second, or this worker's share of it, which changes; null when there is none. What
    /// was adapted is a part of it.
    /// </summary>
    public double? Ceiling { get; set; }

    /// <summary>Calls a second now; null when they are not slowed.</summary>
    public double? Current => Ceiling is { } ceiling ? ceiling * _level : IsLimited ? _level : null;

    /// <summary>Whether calls are slowed below what is configured.</summary>
    public bool IsLimited { get; private set; }

    /// <summary>
    /// Where it stands, comparable with that of other workers: a part of the ceiling, else calls a second; null when calls are
    /// not slowed.
    /// </summary>
    public double? Level => IsLimited ? _level : null;

    /// <summary>Takes over what the workers that are slowed agree upon.</summary>
    public void Agree(double level)
    {
        if (!IsLimited)
            return;
        _level = level;
        _mark = Math.Max(_mark, level);
    }

    /// <summary>Takes in that a call was throttled.</summary>
    /// <param name="now">The time.</param>
    /// <param name="begunAt">When the call began.</param>
    /// <param name="recent">The calls of the last second, this one among them.</param>
    /// <returns>Whether the rate went down.</returns>
    public bool Throttle(TimeSpan now, TimeSpan begunAt, RecentCalls recent)
    {
        // An agent that throttles a call in a thousand has no quota that slower calls would meet. Nor does a first one say anything:
        // behind a quota the next follows at once.
        if (recent.AreHardlyThrottled(now) || (Current is null && recent.Throttled(now) < 2))
            return false;
        // A call from before the last decrease says nothing about it.
        if (Ceiling is 0 || (IsLimited && (begunAt < _decreasedAt || now - _decreasedAt < Interval)))
            return false;
        var isFound = Current is null || recent.AreMostlyThrottled(now);
        var before = Current ?? Math.Max(1, recent.BegunPerSecond(now));
        var least = Math.Min(before, 1 / LongestSeconds);
        var after = before * LeastDecrease;
        if (isFound)
            after = Math.Clamp(recent.PassedPerSecond(now) * LeastDecrease, before * MostDecrease, after);
        after = Math.Max(least, after);
        var scale = Ceiling ?? 1;
        _mark = before / scale;
        _level = after / scale;
        IsLimited = true;
        _decreasedAt = _grownAt = now;
        return true;
    }

    /// <summary>Takes in that a call begins.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isHeld">Whether more calls would be made at once: what is not used must not grow.</param>
    public void Grow(TimeSpan now, bool isHeld)
    {
        if (!IsLimited)
            return;
        var seconds = Math.Min((now - _grownAt).TotalSeconds, LongestSeconds);
        _grownAt = now;
        if (!isHeld)
            return;
        var step = _level < _mark * NearMark
            ? FastStep
            : SlowStep * Math.Pow(2, Math.Min(Math.Floor((now - _decreasedAt) / Doubling), 5));
        // Beyond the mark nothing is known: a quota that has become a larger one is to be found, however small this began.
        _level += step * Math.Max(_mark, _level) * seconds;
        if (Ceiling is null || _level < 1)
            return;
        _level = 1;
        IsLimited = false;
    }
}
