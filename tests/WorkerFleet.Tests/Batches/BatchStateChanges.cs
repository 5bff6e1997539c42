using WorkerFleet.Batches;

namespace WorkerFleet.Tests.Batches;

internal static class BatchStateChanges
{
    public static BatchState With(this BatchState batch, Func<BatchSpec, BatchSpec> change)
    {
        batch.Spec = change(batch.Spec);
        return batch;
    }

    public static BatchState With(this BatchState batch, int? dispatched = null, bool inFlight = false)
    {
        batch.SlicesDispatched = dispatched ?? batch.SlicesDispatched;
        batch.DispatchInFlight = inFlight;
        return batch;
    }
}
