using System.Globalization;
using Microsoft.Extensions.Logging;
using WorkerFleet.Items;

namespace WorkerFleet.Workers;

/// <summary>What becomes of items while the agent does not work, or throttles.</summary>
internal sealed partial class AgentFlow
{
    /// <summary>Items wait for so long in memory, in line; those of an agent that is held for longer go to the schedule.</summary>
    public static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(5);

    /// <summary>Refusals of a whole agent that answers others, after which one is taken to be the item's own.</summary>
    private const int RefusalsOfAnItem = 3;

    /// <summary>Calls of one attempt that are not counted, at most: the journal numbers them with three digits.</summary>
    private const int MaxReturns = 900;

    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(1);
    private static readonly TimeSpan GiveUpUnansweredAfter = TimeSpan.FromSeconds(30);

    private TimeSpan GiveUpTime =>
        _limits.GiveUpAfter ?? (_isEmbedded && !_hasAnswered ? GiveUpUnansweredAfter : GiveUpAfter);

    /// <summary>Whether items of the agent should not wait in memory, or not at all.</summary>
    /// <param name="heldSince">Since when the item has been held.</param>
    /// <returns>Null when they may be begun, or may wait in line.</returns>
    public AgentHold? Hold(DateTimeOffset? heldSince)
    {
        lock (_lock)
        {
            var now = Now;
            if (_circuit.IsClosed)
                return _pausedUntil - now > LongestHold ? new(Instant(_pausedUntil, now), null) : null;
            if (_circuit.MayCall(now))
                return null;
            if (HasGivenUp(now, heldSince))
                return new(Instant(now, now), Describe(_circuit.Cause!));
            if (_circuit.ProbingSince is { } probing)
                return now - probing > LongestHold ? new(Instant(now + LongestHold, now), null) : null;
            return _circuit.OpenUntil - now > LongestHold ? new(Instant(_circuit.OpenUntil, now), null) : null;
        }
    }

    /// <summary>
    /// Whether a failed call is not to be counted as an attempt of its item: it was throttled, and so did not run; or it is
    /// the agent that does not work.
    /// </summary>
    /// <param name="failure">How the call failed.</param>
    /// <param name="returns">Calls of this attempt that were not counted so far.</param>
    /// <param name="heldSince">Since when the item has been held.</param>
    public bool TakesBack(ItemFailure failure, int returns, DateTimeOffset? heldSince)
    {
        if (returns >= MaxReturns)
            return false;
        lock (_lock)
        {
            var now = Now;
            if (!_circuit.IsClosed)
                return (failure is { AgentWide: true } or { Kind: FailureKind.Throttled } || CircuitBreaker.IsOutage(failure))
                    && !HasGivenUp(now, heldSince);
            if (failure.AgentWide && returns < RefusalsOfAnItem)
                return true;
            return failure.Kind == FailureKind.Throttled && !(_time.GetUtcNow() - heldSince > GiveUpTime);
        }
    }

    /// <summary>One line for people; null when the agent is called as configured.</summary>
    public string? Note()
    {
        lock (_lock)
        {
            var now = Now;
            if (_circuit.Cause is { } cause)
            {
                var next = _circuit.OpenUntil > now ? $"; tried again in {Seconds(_circuit.OpenUntil - now)}" : "; being tried";
                return AgentNote.NotCalled(Name, cause.Message + next);
            }

            if (_pausedUntil > now)
                return AgentNote.Paused(Name, Seconds(_pausedUntil - now));
            return _rate.IsLimited && PacedRate is { } rate
                ? AgentNote.Throttles(Name, string.Create(CultureInfo.InvariantCulture, $"{rate:0.##} calls/s"))
                : null;
        }
    }

    private static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalSeconds):0} s");

    private bool HasGivenUp(TimeSpan now, DateTimeOffset? heldSince) =>
        now - _circuit.BrokenSince >= GiveUpTime
        // It was held by other workers as well, which have ended since.
        || (_circuit.Openings > 1 && _time.GetUtcNow() - heldSince >= GiveUpTime);

    private ItemFailure Describe(ItemFailure cause) => cause with
    {
        Message = $"agent '{Name}' was given up after {GiveUpTime}, in which no call got through: {cause.Message}",
        RetryAfter = null,
    };

    private DateTimeOffset Instant(TimeSpan at, TimeSpan now) => _time.GetUtcNow() + (at - now);

    [LoggerMessage(1631, LogLevel.Warning,
        "Agent {Agent} is not called any more: {Cause}. Its items wait; it is tried again in {Seconds:0} s")]
    private partial void LogOpened(string agent, string cause, double seconds);

    [LoggerMessage(1632, LogLevel.Warning, "Agent {Agent} still does not work: {Cause}. Tried again in {Seconds:0} s")]
    private partial void LogStillOpen(string agent, string cause, double seconds);

    [LoggerMessage(1633, LogLevel.Warning, "Agent {Agent} works again")]
    private partial void LogClosed(string agent);

    [LoggerMessage(1634, LogLevel.Warning, "Agent {Agent} asked to be left alone for {Seconds:0} s")]
    private partial void LogPaused(string agent, double seconds);
}
