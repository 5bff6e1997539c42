namespace WorkerFleet.Batches;

/// <summary>How far dispatching may run ahead of the workers.</summary>
public static class DispatchWindow
{
    /// <summary>
    /// Slices of a batch that may be less than half settled at once: enough for twice its concurrency, so that workers
    /// always find a next item, beside those that wait for an agent, and one more to be filled meanwhile. Small on purpose: what a batch has with the
    /// broker is what others wait behind.
    /// </summary>
    public static int SlicesOf(LimitsSpec limits) =>
        (((2 * limits.Concurrency) + limits.Waiting + limits.SliceSize - 1) / limits.SliceSize) + 1;

    /// <summary>
    /// Pending items at which a replay waits before it reopens further ones. They lie in any number of slices, so it is
    /// items that count; enough that looking ten times a second does not hold up fast agents.
    /// </summary>
    public static long ReplayedItemsOf(LimitsSpec limits) => Math.Max((2L * limits.Concurrency) + limits.Waiting, 2_048);
}
