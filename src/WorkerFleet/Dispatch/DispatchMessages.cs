using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.Dispatch;

/// <summary>Read the next slices of the source, record them, and send their items.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Cursor">Where the first of them starts.</param>
/// <param name="FirstSlice">Its number.</param>
/// <param name="Slices">How many at most, 1 to 4: a message is held for a moment only.</param>
public sealed record DispatchBatch(Guid BatchId, SourcePosition Cursor, int FirstSlice, int Slices);

/// <summary>Slices are in the ledger and their items with the broker.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="FirstSlice">Number of the first of them.</param>
/// <param name="Count">How many; 0 when the source had already ended.</param>
/// <param name="Next">Where the next slice starts.</param>
/// <param name="EndOfSource">Whether there is none.</param>
/// <param name="Settled">Those that need no worker, because all their rows were rejected or cancelled.</param>
/// <param name="Draining">Those of the others that are at least half settled already, so that no worker will say so.</param>
public sealed record SlicesDispatched(
    Guid BatchId, int FirstSlice, int Count, SourcePosition Next, bool EndOfSource, IReadOnlyList<int> Settled,
    IReadOnlyList<int>? Draining = null);

/// <summary>Rows cannot be made into items, or not again: the stored source, or the mapping, is gone or damaged.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Problem">What is wrong, for a person.</param>
public sealed record DispatchFailed(Guid BatchId, string Problem);

/// <summary>
/// Make the messages of pending items again, from the source and the ledger, and tell the saga of settled slices that it
/// does not know of. A chain: each handles some slices and sends the next.
/// </summary>
/// <param name="BatchId">The batch.</param>
/// <param name="FromSlice">Where to go on.</param>
/// <param name="UpToSlice">
/// The first slice to leave alone; null for none. Those from there on are being dispatched at the same time: rows that were sent
/// a moment ago would be sent again, and two workers would call the agent for the same row.
/// </param>
/// <param name="Then">
/// The replay to go on with behind the last slice. Not earlier, for the same reason: it sends what it reopens.
/// </param>
public sealed record RedriveItems(Guid BatchId, int FromSlice, int? UpToSlice = null, ReopenItems? Then = null);

/// <summary>Reopen the next failed items of a replay, and send them. A chain like <see cref="RedriveItems"/>.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Round">The replay's round.</param>
/// <param name="Replay">What to replay.</param>
/// <param name="State">Failed items come first; then, when everything is replayed, cancelled ones.</param>
/// <param name="AfterIndex">Row to go on behind.</param>
/// <param name="Reopened">Items reopened so far.</param>
public sealed record ReopenItems(
    Guid BatchId, int Round, ReplayItems Replay, ItemState State = ItemState.Failed, long AfterIndex = -1,
    long Reopened = 0);

/// <summary>These slices have pending rows again.</summary>
public sealed record SlicesReopened(Guid BatchId, int Round, IReadOnlyList<int> Slices);

/// <summary>All items of a replay are reopened.</summary>
public sealed record ItemsReopened(Guid BatchId, Guid ReplayId, long Count);
