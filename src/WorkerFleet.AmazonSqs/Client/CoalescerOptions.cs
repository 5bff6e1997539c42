namespace WorkerFleet.AmazonSqs.Client;

/// <summary>How entries of one kind, of one queue, gather in requests.</summary>
internal sealed record CoalescerOptions
{
    /// <summary>
    /// Requests under way at a time. While all are, entries pile up, and the next request takes ten of them.
    /// </summary>
    public required int Slots { get; init; }

    /// <summary>How long an entry waits for others, where fewer than a request's worth are there.</summary>
    public required TimeSpan Linger { get; init; }

    /// <summary>
    /// Whether it waits also while no request is under way, when nothing says that others are to come.
    /// </summary>
    public bool LingersWhenIdle { get; init; }

    /// <summary>
    /// Whether an entry that a result does not mention is tried again, since a second time does no harm.
    /// </summary>
    public bool RepeatsUnmentioned { get; init; }

    /// <summary>Entries that wait or are under way; callers of more wait to be let in.</summary>
    public int Capacity { get; init; } = 4_096;

    /// <summary>Tries in all of an entry that fails through no fault of its own, while its request succeeds.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>Longest pause before the second of these; each one after may pause twice as long.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a stop waits for what is there.</summary>
    public TimeSpan FlushLimit { get; init; } = TimeSpan.FromSeconds(10);
}
