namespace WorkerFleet.Planning;

/// <summary>What the store costs: units of DynamoDB, and S3. Nobody charges for a folder.</summary>
internal static class StoreCostModel
{
    private const double Gigabyte = 1e9;

    public static IEnumerable<CostLine> Of(
        PlanInput input, CallCounts calls, TimeSpan? time, int workers, PriceList prices)
    {
        if (input.Fleet.Store != PlanStore.DynamoDb)
            yield break;
        var (writes, reads) = (WritesOf(input, calls, time, workers), ReadsOf(input, time, workers));
        yield return Line(
            "DynamoDB writes", writes, "write units", writes / 1e6 * UsdOf(PriceNames.DynamoDbMillionWriteUnits));
        yield return Line(
            "DynamoDB reads", reads, "read units", reads / 1e6 * UsdOf(PriceNames.DynamoDbMillionReadUnits));
        // The source, and answers that are too large for a record; written once, read once by the dispatcher and the
        // export.
        var large = input.Agents.Where(agent => OutcomeOf(agent) > Measured.LargestRecord).ToList();
        var answers = large.Sum(agent => agent.Rows);
        var objects = Math.Ceiling((double)input.SourceBytes / Measured.UploadPart) + 2 + answers;
        var gets = Math.Ceiling((double)input.Slices / Measured.SlicesPerRead) + 3 + answers;
        var gigabytes = (input.SourceBytes + large.Sum(agent => agent.Rows * OutcomeOf(agent))) / Gigabyte;
        yield return Line("S3 writes", objects, "requests", objects / 1e3 * UsdOf(PriceNames.S3ThousandPuts));
        yield return Line("S3 reads", gets, "requests", gets / 1e3 * UsdOf(PriceNames.S3ThousandGets));
        yield return Line("S3 storage", gigabytes, "GB, a month", gigabytes * UsdOf(PriceNames.S3GbMonth));

        double UsdOf(string name) => prices[name].Usd;

        static CostLine Line(string what, double amount, string unit, double usd) =>
            new(CostPart.Store, what, amount, unit, usd);
    }

    private static double WritesOf(PlanInput input, CallCounts calls, TimeSpan? time, int workers)
    {
        var all = Math.Max(calls.Calls, input.Rows);
        // How many outcomes of a slice come while one waits for others; without a time, a group that costs next to
        // nothing.
        var settled = time is { } takes && takes > TimeSpan.Zero
            ? input.Rows / takes.TotalSeconds / Math.Max(1, workers) * Measured.StoreGather.TotalSeconds
            : Measured.StoreGroup;
        var together = Math.Clamp(1 + settled, 1, Measured.StoreGroup);
        var outcomes = input.Agents.Sum(agent => agent.Rows * OutcomeUnits(agent, together));
        var idle = time is { } lasts
            ? lasts.TotalSeconds * (((workers + 1) * Measured.HeartbeatUnits) + (workers * Measured.ClaimUnits))
            : 0;
        return (all * Measured.EventUnits) + ((all - input.Rows) * Measured.RetryUnits) + outcomes
            + (calls.FailedRows * Measured.LetterUnits) + (input.Slices * Measured.SliceUnits) + idle;
    }

    /// <summary>A block of outcomes, compressed and rounded up to a KiB, and an update of their slice.</summary>
    private static double OutcomeUnits(AgentLoad agent, double together)
    {
        // What is larger is in S3, and the block has its name.
        var size = OutcomeOf(agent) > Measured.LargestRecord ? Measured.OutcomeBytes : OutcomeOf(agent);
        var block = size * Measured.Compressed * together / 1_024;
        return (Math.Max(1, block) + 1) / together;
    }

    private static double OutcomeOf(AgentLoad agent) =>
        agent.OutputBytes + Measured.OutcomeBytes;

    private static double ReadsOf(PlanInput input, TimeSpan? time, int workers) =>
        ((input.Rows + input.RejectedRows) * Measured.ReadUnits) + ((time?.TotalSeconds ?? 0)
            * (((workers + 1) * Measured.ProcessReads) + Measured.OrchestratorReads + Measured.ReconcilerReads));
}
