using System.Text.Json;
using WorkerFleet.Messaging;

namespace WorkerFleet.Scheduling;

/// <summary>Makes messages for the schedule.</summary>
public static class ScheduledMessages
{
    public static ScheduledMessage Create<T>(
        string key, Guid batchId, DateTimeOffset dueAt, string queue, T message)
        where T : class =>
        new(key, batchId, dueAt, queue, MessageTypes.NameOf(typeof(T)),
            JsonSerializer.Serialize(message, FleetJson.Options));
}
