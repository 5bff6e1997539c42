namespace WorkerFleet.Messaging;

/// <summary>How a process stops that is asked to.</summary>
public sealed record DrainOptions
{
    /// <summary>Beyond <see cref="Timeout"/>: for giving back what has not ended by then, and stopping its sessions.</summary>
    private static readonly TimeSpan GivingBack = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long it waits for its items in flight; 30 s by default, from 0 s to 1 h. What has not ended by then is given back, and its
    /// agent called again by whoever goes on: worth more than agents usually take, where calls are paid for.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After which the process is gone in any case. Whoever kills processes that do not stop gives them more.</summary>
    public TimeSpan StopWithin => Timeout + GivingBack;
}
