namespace WorkerFleet.Workers;

/// <summary>
/// Spreads calls evenly over time: a token bucket of little more than one token, so that a quota's own window of a second
/// never meets much more than the rate. The rate may be another at each question.
/// </summary>
internal struct CallPace
{
    /// <summary>
    /// How far a call may be behind its time and still be made up for: timers are late on a busy machine, and what is not
    /// made up for is lost. So in any second there are at most 125 % of the rate, and one.
    /// </summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(250);

    /// <summary>The same for an agent that throttles a rate that should be right: its window is a strict one.</summary>
    public static readonly TimeSpan StrictTolerance = TimeSpan.FromMilliseconds(50);

    /// <summary>When the last call was due, in seconds; null before the first.</summary>
    private double? _lastDue;

    /// <summary>When the next call is due; <see cref="TimeSpan.MaxValue"/> when none is, at a rate of 0.</summary>
    /// <param name="rate">Calls a second, from 0.</param>
    public readonly TimeSpan NextDue(double rate)
    {
        if (rate <= 0)
            return TimeSpan.MaxValue;
        var due = (_lastDue + (1 / rate)) ?? 0;
        return due < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(due) : TimeSpan.MaxValue;
    }

    /// <summary>Takes in that a call begins.</summary>
    public void Take(TimeSpan now, double rate, TimeSpan tolerance)
    {
        var due = rate > 0 && _lastDue is { } last ? last + (1 / rate) : now.TotalSeconds;
        _lastDue = Math.Clamp(due, (now - tolerance).TotalSeconds, now.TotalSeconds);
    }
}
