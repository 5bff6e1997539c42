using System.Text.Json;
using MassTransit.Serialization;
using WorkerFleet.Batches;
using WorkerFleet.Dispatch;
using WorkerFleet.Items;
using WorkerFleet.Ledger;
using WorkerFleet.Results;

namespace WorkerFleet.Messaging;

/// <summary>
/// Writes and reads every message once that a row's way needs, so that this code is compiled before a batch waits for it:
/// for a process with one short life, while it reads its options and another processor is idle. Changes nothing else.
/// </summary>
public static class MessageRehearsal
{
    /// <summary>Takes about 0.2 s of one processor. Throws nothing that a message sent for real would not throw, too.</summary>
    public static void Run()
    {
        var submit = new SubmitBatch(Guid.Empty, new BatchSpec(), "", "", 1, default, default);
        var batch = new BatchState();
        batch.Accept(submit);
        WriteAndRead(FleetJson.Options, submit);
        WriteAndRead(FleetJson.Options, batch);

        var options = FleetTopology.Compact(SystemTextJsonMessageSerializer.Options);
        foreach (var message in MessagesOf(submit))
            WriteAndRead(options, message);
    }

    private static IEnumerable<object> MessagesOf(SubmitBatch submit) =>
    [
        submit,
        new DispatchBatch(submit.BatchId, default, 0, 1),
        new ProcessBatchItem(submit.BatchId, 0, 1, "", ProcessBatchItem.NoInput),
        new SlicesDispatched(submit.BatchId, 0, 1, default, EndOfSource: true, Settled: [0]),
        new SliceDraining(submit.BatchId, 0),
        new SliceSettled(submit.BatchId, 0),
        new AggregateBatch(submit.BatchId, 0),
        new BatchAggregated(submit.BatchId, 0, "", null, default(ItemCounts)),
    ];

    private static void WriteAndRead(JsonSerializerOptions options, object message) =>
        _ = JsonSerializer.Deserialize(
            JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), options), message.GetType(), options);
}
