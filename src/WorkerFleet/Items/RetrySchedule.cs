using System.Globalization;
using WorkerFleet.Batches;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;
using WorkerFleet.Telemetry;

namespace WorkerFleet.Items;

/// <summary>
/// When an item is looked at next, for its next attempt or because its agent works in the background: one entry at most, whoever
/// schedules it.
/// </summary>
public static class RetrySchedule
{
    public static ScheduledMessage Create(BatchSpec spec, ProcessBatchItem next, DateTimeOffset dueAt) =>
        ScheduledMessages.Create(
            KeyOf(next.BatchId, next.Index),
            next.BatchId, dueAt, QueueNames.Items(spec.Limits.Priority), next with { MayRepeat = true, SentBy = FleetTrace.Sender });

    public static string KeyOf(Guid batchId, long index) =>
        string.Create(CultureInfo.InvariantCulture, $"retry/{batchId:N}/{index:D10}");
}
