namespace WorkerFleet.Workers;

/// <summary>How one process works on items.</summary>
public sealed record WorkerOptions
{
    /// <summary>Invocations at the same time in this process, 1 or more. Default 25.</summary>
    public int Concurrency { get; init; } = 25;

    /// <summary>
    /// Whether this process alone works on its batches, so that it has the whole of every limit. Otherwise it works on what
    /// it has a share for, and gives back to the broker what it cannot begin any more. Default false.
    /// </summary>
    public bool Embedded { get; init; }

    /// <summary>
    /// How often an attempt is begun again after the worker in it died, before the item itself is taken to be what kills
    /// them, 1 or more. Default 10: items that died with two workers are worked on one at a time, so that a healthy one
    /// gets there only if ten workers are killed from outside while they work on it, of all items; and it is well
    /// below the 20 deliveries at which a broker puts the message aside, with less to tell about it.
    /// </summary>
    public int MaxInterruptions { get; init; } = 10;

    /// <summary>
    /// More items are begun than invoked, so that the next ones have journaled their start when a permit falls free, and
    /// finished ones can wait for their outcome to be durable: neither costs the agent's time.
    /// </summary>
    public int Lookahead => Math.Max(16, Concurrency / 2);

    /// <summary>
    /// Items begun beyond its share, for a limit of which the process has <paramref name="share"/>: in proportion, and no
    /// fewer than four, so that fast agents do not wait for the journal.
    /// </summary>
    public int LookaheadFor(int share) =>
        share == 0 ? 0 : (int)Math.Clamp((long)share * Lookahead / Concurrency, 4, Lookahead);
}
