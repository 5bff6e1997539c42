namespace WorkerFleet.Planning;

/// <summary>What the broker costs: requests of SQS. Nobody charges for messages of a RabbitMQ.</summary>
internal static class QueueCostModel
{
    public static IEnumerable<CostLine> Of(
        PlanInput input, CallCounts calls, TimeSpan? time, int workers, PriceList prices)
    {
        if (input.Fleet.Transport != PlanTransport.AmazonSqs)
            yield break;
        var requests = RequestsOf(input, calls, time, workers);
        yield return new(
            CostPart.Queue, "SQS", requests, "requests", requests / 1e6 * prices[PriceNames.SqsMillionRequests].Usd);
    }

    private static double RequestsOf(PlanInput input, CallCounts calls, TimeSpan? time, int workers)
    {
        // A dead letter is a message as well. What nothing is known of is taken to go well.
        var messages = Math.Max(calls.Calls, input.Rows) + calls.FailedRows;
        var drives = (input.Slices * Measured.SqsRequestsPerSlice) + (input.Rows * Measured.SqsRequestsPerRow);
        if (time is not { } takes || takes <= TimeSpan.Zero)
            return (messages * Measured.FullSqsRequests) + drives;
        // Sent together; received and deleted by as many as a worker comes by while it waits for more.
        var perWorker = messages / takes.TotalSeconds / Math.Max(1, workers);
        var together = Math.Clamp(1 + (perWorker * Measured.SqsGather.TotalSeconds), 1, Measured.SqsBatch);
        var polls = takes / Measured.SqsPoll * ((workers * Measured.WorkerQueues) + Measured.OrchestratorQueues);
        return (messages * ((1.0 / Measured.SqsBatch) + (2 / together))) + drives + polls;
    }
}
