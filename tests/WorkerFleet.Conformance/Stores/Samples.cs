using System.Text;
using WorkerFleet.Agents;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;

namespace WorkerFleet.Conformance.Stores;

/// <summary>Records to put into stores.</summary>
internal static class Samples
{
    public const int SliceSize = 8;

    public static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, 123, TimeSpan.Zero);

    public static Slice Slice(Guid batchId, int number, int count = SliceSize)
    {
        long first = (long)number * SliceSize;
        return new Slice(
            batchId,
            number,
            new SourcePosition(first, first * 10, first + 2),
            new SourcePosition(first + count, (first + count) * 10, first + count + 2),
            count,
            RowSet.Full(count),
            new ItemCounts(count, 0, 0, 0, 0));
    }

    public static Settlement Settlement(
        Guid batchId, long index, ItemState state = ItemState.Succeeded, int round = 0) => new()
        {
            BatchId = batchId,
            Index = index,
            Slice = (int)(index / SliceSize),
            Round = round,
            State = state,
            ItemId = $"row-{index}",
            Agent = "echo",
            Attempts = round + 1,
            StartedAt = Noon,
            SettledAt = Noon.AddMilliseconds(index),
            Duration = TimeSpan.FromMilliseconds(index + 1),
            Output = state == ItemState.Succeeded ? Encoding.UTF8.GetBytes($$"""{"index":{{index}}}""") : default,
            Failure = state == ItemState.Succeeded
                ? null
                : new ItemFailure(FailureKind.Timeout, "No answer within 5 s", Retryable: true),
        };

    /// <summary>Another one for each number; odd ones without a cost.</summary>
    public static AgentUsage Usage(long number) =>
        new(number + 1, (2 * number) + 1, number % 2 == 0 ? (number + 1) * 0.000000001m : null);

    public static JournalEvent Event(
        Guid batchId, long index, string status = JournalStatus.InvocationStarted, int attempt = 1) => new(
            ItemSession.IdFor(batchId, index), JournalEvent.IdFor(0, attempt, 0, status), Noon, status, attempt,
            "worker-1", """{"a":1}""");
}
