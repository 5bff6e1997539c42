using System.Diagnostics.Metrics;
using System.Text.Json;
using WorkerFleet.Ledger;
using WorkerFleet.Telemetry;

namespace WorkerFleet.Items;

/// <summary>What becomes of items, for dashboards. A row costs two counts, and no text is made for it.</summary>
internal static class ItemMetrics
{
    public const string MeterName = "WorkerFleet.Items";

    private static readonly string[] States = NamesOf<ItemState>();
    private static readonly string[] Kinds = NamesOf<FailureKind>();

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Settled = Meter.CreateCounter<long>(
        "fleet.items.settled", "{item}", "Items that got their final outcome, each counted once");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "fleet.item.duration", "s", "From the start of an item's first attempt to its outcome, waits for retries included",
        tags: null, DurationBuckets.Works);

    private static readonly Histogram<double> QueueWait = Meter.CreateHistogram(
        "fleet.item.queue_wait", "s", "From the sending of an item's message to its delivery, by the clocks of two machines",
        tags: null, DurationBuckets.Calls);

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "fleet.items.retries", "{item}", "Items that were put into the schedule after a call that failed");

    private static readonly Counter<long> DeadLetters = Meter.CreateCounter<long>(
        "fleet.dead_letters", "{item}", "Items that failed for good, and became dead letters");

    private static readonly Counter<long> BrokenMessages = Meter.CreateCounter<long>(
        "fleet.broken_messages", "{message}", "Messages that nobody could handle, put aside");

    public static void CountSettled(ItemState state, int items = 1)
    {
        if (items > 0)
            Settled.Add(items, new KeyValuePair<string, object?>("outcome", States[(int)state]));
    }

    /// <summary>An item was settled, which was not before.</summary>
    public static void CountSettled(Settlement settlement)
    {
        CountSettled(settlement.State);
        if (settlement.FirstStartedAt is { } begun)
            Duration.Record(
                Math.Max((settlement.SettledAt - begun).TotalSeconds, 0),
                new KeyValuePair<string, object?>("outcome", States[(int)settlement.State]));
    }

    public static void RecordQueueWait(TimeSpan wait) => QueueWait.Record(Math.Max(wait.TotalSeconds, 0));

    /// <param name="agent">
    /// The agent, which is a configured one: no other is called, so that none is tried again.
    /// </param>
    /// <param name="kind">How the call failed.</param>
    public static void CountRetry(string agent, FailureKind kind) =>
        Retries.Add(1, new("agent", agent), new("reason", NameOf(kind)));

    public static void CountDeadLetter(FailureKind kind) =>
        DeadLetters.Add(1, new KeyValuePair<string, object?>("reason", NameOf(kind)));

    public static void CountBrokenMessage() => BrokenMessages.Add(1);

    /// <summary>A kind of failure as metrics and spans spell it.</summary>
    public static string NameOf(FailureKind kind) => Kinds[(int)kind];

    private static string[] NamesOf<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
}
