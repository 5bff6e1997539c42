namespace WorkerFleet.Scheduling;

/// <summary>A message that is to be sent at a time, kept in the store until it has been.</summary>
/// <param name="Key">Names what is scheduled; the same key replaces. Such as <c>retry/{batch:N}/{index}</c>.</param>
/// <param name="BatchId">The batch it belongs to.</param>
/// <param name="DueAt">Not sent before.</param>
/// <param name="Queue">Name of the queue it goes to, without prefix.</param>
/// <param name="MessageType">Name of the message type, see <see cref="Messaging.MessageTypes"/>.</param>
/// <param name="Body">The message as JSON.</param>
public sealed record ScheduledMessage(
    string Key, Guid BatchId, DateTimeOffset DueAt, string Queue, string MessageType, string Body);
