namespace WorkerFleet.Agents;

/// <summary>Compares clocks by the <c>Date</c> of an answer, which has whole seconds (RFC 9110, 6.6.1).</summary>
public static class ClockOffset
{
    private static readonly TimeSpan Resolution = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How far the other clock is ahead of this one, at least: it was read at some time between question and answer, which
    /// can be seconds apart.
    /// </summary>
    /// <param name="date">As the other one had it; null for nothing said.</param>
    /// <param name="asked">When it was asked, by this clock.</param>
    /// <param name="answered">When its answer was there, by this clock.</param>
    /// <returns>Negative where it is behind; zero where the two may agree; null where nothing was said.</returns>
    public static TimeSpan? Of(DateTimeOffset? date, DateTimeOffset asked, DateTimeOffset answered)
    {
        if (date is not { } theirs)
            return null;
        var (least, most) = (theirs - answered, theirs + Resolution - asked);
        return least > TimeSpan.Zero ? least : most < TimeSpan.Zero ? most : TimeSpan.Zero;
    }
}
