using MassTransit;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Items;
using WorkerFleet.Journal;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;

namespace WorkerFleet.Dispatch;

/// <summary>
/// Carries out a replay, page by page: journals the request, reopens the items, and sends them; never more than the workers
/// keep up with. After a crash the replay is begun again and finds the items that are reopened already no longer failed.
/// </summary>
public sealed class ReopenItemsConsumer(
    BatchDirectory batches, ILedger ledger, IJournal journal, IDeadLetters deadLetters, ISchedule schedule,
    ItemSender sender, TimeProvider time) : IConsumer<ReopenItems>
{
    /// <summary>Items in one message of the chain.</summary>
    private const int PageSize = 256;

    /// <summary>Archived letters of a page of items: hardly ever more than one of an item.</summary>
    private const int MaxArchived = 10_000;

    /// <summary>How soon a replay that ran ahead of the workers looks again.</summary>
    private static readonly TimeSpan RampInterval = TimeSpan.FromMilliseconds(100);

    public async Task Consume(ConsumeContext<ReopenItems> context)
    {
        var (command, cancellationToken) = (context.Message, context.CancellationToken);
        if (await batches.RefreshAsync(command.BatchId, cancellationToken) is not { IsPaused: false } batch
            || batch.State.Replay?.ReplayId != command.Replay.ReplayId)
            return;

        try
        {
            if (await HasRoomAsync(batch, cancellationToken))
                await ReopenPageAsync(batch, command, context);
            else
                await schedule.PutAsync(
                    ScheduledMessages.Create($"replay/{batch.Id:N}", batch.Id, time.GetUtcNow() + RampInterval,
                        QueueNames.Dispatch, command),
                    cancellationToken);
        }
        catch (DispatchFailedException exception)
        {
            await context.SendAsync(QueueNames.Batches, new DispatchFailed(batch.Id, exception.Message));
        }
    }

    /// <summary>Items that wait for a retry are with nobody, and do not count.</summary>
    private async Task<bool> HasRoomAsync(BatchView batch, CancellationToken cancellationToken)
    {
        var limits = batch.Spec.Limits;
        var counts = await ledger.CountAsync(batch.Id, cancellationToken);
        return counts.Pending < DispatchWindow.ReplayedItemsOf(limits)
            || counts.Pending - await schedule.CountAsync(batch.Id, QueueNames.Items(limits.Priority), cancellationToken)
                < DispatchWindow.ReplayedItemsOf(limits);
    }

    private async Task ReopenPageAsync(BatchView batch, ReopenItems command, ConsumeContext<ReopenItems> context)
    {
        var (page, last) = await ReadPageAsync(command, context.CancellationToken);
        var archived = await ReadArchivedAsync(command, page, context.CancellationToken);
        var chosen = page.Where(item => IsChosen(item, command) && !archived.Contains(item.Index)).ToList();
        foreach (var slice in chosen.GroupBy(item => item.Slice))
            await ReopenAsync(batch, command, slice.Key, [.. slice], context);

        var reopened = command.Reopened + chosen.Count;
        if (!last)
            await context.SendAsync(QueueNames.Dispatch,
                command with { AfterIndex = page[^1].Index, Reopened = reopened });
        else if (command is { State: ItemState.Failed, Replay: { Indexes: null, Group: null } })
            await context.SendAsync(QueueNames.Dispatch,
                command with { State = ItemState.Cancelled, AfterIndex = -1, Reopened = reopened });
        else
            await context.SendAsync(QueueNames.Batches,
                new ItemsReopened(command.BatchId, command.Replay.ReplayId, reopened));
    }

    private async Task<(IReadOnlyList<Settlement> Page, bool Last)> ReadPageAsync(
        ReopenItems command, CancellationToken cancellationToken)
    {
        if (command.Replay.Indexes is null)
        {
            var page = await ledger.ReadSettledAsync(command.BatchId, command.AfterIndex + 1, long.MaxValue,
                command.State, PageSize, cancellationToken);
            return (page, page.Count < PageSize);
        }

        var named = new List<Settlement>();
        foreach (var index in command.Replay.Indexes)
            if (await ledger.FindSettledAsync(command.BatchId, index, cancellationToken) is { } settled)
                named.Add(settled);
        return (named, true);
    }

    /// <summary>Rows of a page that somebody put aside: only naming them runs them again.</summary>
    private async Task<HashSet<long>> ReadArchivedAsync(
        ReopenItems command, IReadOnlyList<Settlement> page, CancellationToken cancellationToken)
    {
        if (page.Count == 0 || command is not { Replay.Indexes: null, State: ItemState.Failed })
            return [];
        var letters = await deadLetters.ReadAsync(
            new(command.BatchId, State: DeadLetterState.Archived, AfterIndex: page[0].Index - 1,
                UpToIndex: page[^1].Index, Limit: MaxArchived),
            cancellationToken);
        return [.. letters.Select(letter => letter.Index)];
    }

    /// <summary>The set is frozen: what failed again, or failed after the request, is not in it.</summary>
    private static bool IsChosen(Settlement item, ReopenItems command) =>
        item.State is ItemState.Failed or ItemState.Cancelled
        && item.Round < command.Round
        && item.SettledAt <= command.Replay.RequestedAt
        && (command.Replay.Group is not { } group || item.Failure is not null && FailureGroup.IdOf(item.Failure) == group);

    private async Task ReopenAsync(
        BatchView batch, ReopenItems command, int slice, IReadOnlyList<Settlement> items,
        ConsumeContext<ReopenItems> context)
    {
        var cancellationToken = context.CancellationToken;
        var now = time.GetUtcNow();
        await Task.WhenAll(items.Select(item => journal.AppendAsync(
            new(ItemSession.IdFor(item.BatchId, item.Index),
                JournalEvent.IdFor(command.Round, item.Attempts, 0, JournalStatus.ReplayRequested),
                now, JournalStatus.ReplayRequested, item.Attempts, Detail: DetailOf(item)),
            cancellationToken)));

        long[] indexes = [.. items.Select(item => item.Index)];
        // In this order: an item that is reopened is not found again after a crash, and its letter would stay open.
        await deadLetters.MarkReplayedAsync(command.BatchId, indexes, command.Round, cancellationToken);
        await ledger.ReopenAsync(command.BatchId, slice, indexes, command.Round, cancellationToken);
        await context.SendAsync(QueueNames.Batches,
            new SlicesReopened(command.BatchId, command.Round, [slice]));
        if (await ledger.FindSliceAsync(command.BatchId, slice, cancellationToken) is { } reopened)
            await sender.SendPendingAsync(batch, Only(indexes, reopened), cancellationToken);
    }

    /// <summary>What it has used, for the attempts that follow to add to: its record in the ledger goes with the replay.</summary>
    private static string? DetailOf(Settlement item) =>
        item.Usage.IsNone ? null : new AttemptDetail(null, null, Usage: item.Usage.Total).ToJson();

    /// <summary>Not the other pending rows of the slice: those are with workers, which would call the agent twice.</summary>
    private static Slice Only(long[] indexes, Slice slice)
    {
        var pending = new RowSet(slice.Count);
        foreach (var row in indexes.Select(index => (int)(index - slice.FirstIndex)).Where(slice.Pending.Contains))
            pending.Add(row);
        return slice with { Pending = pending };
    }
}
