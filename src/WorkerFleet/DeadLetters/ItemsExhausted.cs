using WorkerFleet.Items;

namespace WorkerFleet.DeadLetters;

/// <summary>Items of one slice failed for good, coalesced. The saga checks the failure policy and routes each on.</summary>
public sealed record ItemsExhausted(Guid BatchId, int Slice, IReadOnlyList<DeadLetterItem> Items);

/// <summary>What lies in the dead-letter queue: the item as it was sent, and why it failed.</summary>
public sealed record DeadLetterItem(ProcessBatchItem Item, DeadLetter Letter);
