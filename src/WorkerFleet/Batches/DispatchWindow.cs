namespace WorkerFleet.Batches;

/// <summary>How far dispatching may run ahead of the workers.</summary>
public static class DispatchWindow
{
    /// <summary>
    /// Slices of a batch that may be less than half settled at once: enough for twice its concurrency, so that workers
    /// always find a next item, and one more to be filled meanwhile. Small on purpose: what a batch has with the
    /// broker is what others wait behind.
    /// </summary>
    public static int SlicesOf(LimitsSpec limits) =>
        (((2 * limits.Concurrency) + limits.SliceSize - 1) / limits.SliceSize) + 1;
}
