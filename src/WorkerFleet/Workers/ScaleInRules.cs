namespace WorkerFleet.Workers;

/// <summary>When protection from scale-in is taken, renewed and given back: the rules alone.</summary>
/// <remarks>
/// The platform forgets it by itself once its time is over, so what is not known (an answer that did not come, what the
/// process before this one in the same task left) is known again by then.
/// </remarks>
internal sealed class ScaleInRules(ScaleInOptions options, TimeSpan startedAt)
{
    /// <summary>Parts of the time after which it is renewed: two renewals may fail before it is over.</summary>
    private const int RenewedAfter = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private TimeSpan _lastBusy = startedAt;
    private TimeSpan _renewAt;
    private TimeSpan _notBefore;
    private TimeSpan _heldUntil;

    /// <summary>A process that died in this task can have left it taken.</summary>
    private TimeSpan _perhapsUntil = startedAt + options.ProtectFor;

    private int _failures;

    public bool IsHeld(TimeSpan now) => now < _heldUntil;

    public bool IsPerhapsHeld(TimeSpan now) => now < _perhapsUntil;

    /// <returns>True to take or renew it, false to give it back, null to leave it as it is.</returns>
    public bool? Next(TimeSpan now, bool isBusy)
    {
        if (isBusy)
            _lastBusy = now;
        if (now < _notBefore)
            return null;
        if (isBusy)
            return !IsHeld(now) || now >= _renewAt ? true : null;
        return IsPerhapsHeld(now) && now - _lastBusy >= options.ReleaseAfter ? false : null;
    }

    /// <summary>Takes in that the platform is about to be asked: from then on it may be so.</summary>
    public void Begin(TimeSpan now, bool isProtected)
    {
        if (isProtected)
            _perhapsUntil = now + options.ProtectFor;
        else
            _heldUntil = default;
    }

    /// <param name="begunAt">What <see cref="Begin"/> was told.</param>
    /// <param name="isProtected">What was asked for.</param>
    public void Succeed(TimeSpan begunAt, bool isProtected)
    {
        _failures = 0;
        _heldUntil = isProtected ? begunAt + options.ProtectFor : default;
        _perhapsUntil = _heldUntil;
        _renewAt = begunAt + (options.ProtectFor / RenewedAfter);
    }

    /// <param name="now">The time.</param>
    /// <param name="jitter">From 0 to 1: not all workers are to ask again at the same time.</param>
    /// <returns>Whether it is the first in a row.</returns>
    public bool Fail(TimeSpan now, double jitter)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(_failures, 10));
        _notBefore = now + ((pause < LongestPause ? pause : LongestPause) * (0.5 + (jitter / 2)));
        return _failures++ == 0;
    }
}
