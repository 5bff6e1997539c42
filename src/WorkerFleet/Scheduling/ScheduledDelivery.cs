using MassTransit;
using WorkerFleet.Messaging;

namespace WorkerFleet.Scheduling;

/// <summary>
/// Commands, submissions and time limits stay in the schedule until the saga has handled them. Nothing else knows of them:
/// were they deleted once sent, a process that dies with an in-memory bus would lose a submission or a cancel. What goes to
/// other queues can be made again from the ledger.
/// </summary>
public static class ScheduledDelivery
{
    private const string KeyHeader = "Fleet-Schedule-Key";
    private const string ClaimHeader = "Fleet-Schedule-Claim";

    internal static bool CompletesWhenHandled(ScheduledMessage message) => message.Queue == QueueNames.Batches;

    internal static void Write(SendHeaders headers, ScheduleClaim claim)
    {
        headers.Set(KeyHeader, claim.Key);
        headers.Set(ClaimHeader, claim.Token);
    }

    /// <returns>Null when the message did not come from the schedule.</returns>
    internal static ScheduleClaim? Read(Headers headers) =>
        headers.Get<string>(KeyHeader) is { } key && headers.Get<string>(ClaimHeader) is { } token
            ? new ScheduleClaim(key, token)
            : null;
}
