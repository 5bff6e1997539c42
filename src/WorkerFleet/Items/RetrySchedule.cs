using System.Globalization;
using WorkerFleet.Batches;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;

namespace WorkerFleet.Items;

/// <summary>The scheduled next attempt of an item: one at most, whoever schedules it.</summary>
public static class RetrySchedule
{
    public static ScheduledMessage Create(BatchSpec spec, ProcessBatchItem next, DateTimeOffset dueAt) =>
        ScheduledMessages.Create(
            string.Create(CultureInfo.InvariantCulture, $"retry/{next.BatchId:N}/{next.Index:D10}"),
            next.BatchId, dueAt, QueueNames.Items(spec.Limits.Priority), next with { MayRepeat = true });
}
