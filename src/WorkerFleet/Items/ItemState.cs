namespace WorkerFleet.Items;

/// <summary>Where an item stands. All but <see cref="Pending"/> are final: the item is settled.</summary>
public enum ItemState
{
    Pending = 0,
    Succeeded = 1,

    /// <summary>Attempts exhausted, or a permanent failure. Has a dead letter and can be replayed.</summary>
    Failed = 2,

    /// <summary>The source row itself is bad (malformed, or it cannot be mapped); no agent was called.</summary>
    Rejected = 3,

    /// <summary>The batch was cancelled or aborted before the item had an outcome.</summary>
    Cancelled = 4,
}
