using WorkerFleet.Batches;
using WorkerFleet.Scheduling;
using WorkerFleet.Workers;

namespace WorkerFleet.Items;

/// <summary>
/// Takes items whose agent is not called now out of the process: they wait in the schedule, where they hold no message and
/// keep no item of another agent out, and use up no attempt. What has waited for long enough fails.
/// </summary>
public sealed class HeldItems(
    InvocationGovernor governor, ItemResumption resumption, ItemOutcomes outcomes, InFlightItems inFlight, TimeProvider time)
{
    /// <summary>Those that come due at the same time come one after the other: the first is the one that tries.</summary>
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(2);

    /// <summary>Whether an item is not to be begun now.</summary>
    public bool IsHeld(ProcessBatchItem item) => governor.HoldOf(item.Agent, item.HeldSince) is not null;

    /// <summary>Does what is to be done with an item that is held.</summary>
    /// <returns>The item for the schedule; null when nothing is left to do for this delivery.</returns>
    public async Task<ScheduledMessage?> TakeOutAsync(
        BatchView batch, ProcessBatchItem item, bool mayRepeat, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var hold = governor.HoldOf(item.Agent, item.HeldSince) ?? new(now, null);
        if (hold.GivenUp is not { } failure)
            return RetrySchedule.Create(
                batch.Spec, item with { HeldSince = item.HeldSince ?? now },
                hold.Until + (Spread * Random.Shared.NextDouble()));

        var history = default(ItemHistory);
        if (mayRepeat)
        {
            if (await resumption.FindWhereItStoodAsync(batch, item, redelivered: false, cancellationToken) is not { } found)
                return null;
            history = found;
        }

        await outcomes.FailAsync(
            item with { Attempt = history.NextAttempt }, failure, history.Usage, CancellationToken.None);
        inFlight.CountSettled();
        return null;
    }

    /// <summary>When the agent can be called again at the earliest; null when that is not known, or now.</summary>
    public DateTimeOffset? NextCallOf(ProcessBatchItem item) => governor.HoldOf(item.Agent, null)?.Until;
}
