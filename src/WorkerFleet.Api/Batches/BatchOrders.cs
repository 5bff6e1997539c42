using System.Text.Json;
using WorkerFleet.Api.Problems;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Items;
using WorkerFleet.Ledger;

namespace WorkerFleet.Api.Batches;

/// <summary>
/// Gives orders to batches: durable when the task completes, and carried out by whoever drives the batch soon after.
/// What makes no sense as the batch stands is refused with the reason; what is so already is no problem.
/// </summary>
internal sealed class BatchOrders(BatchController controller, ILedger ledger, IDeadLetters letters)
{
    /// <summary>Rows that can be named one by one in one replay.</summary>
    public const int MostRows = 1_000;

    private const int MostGroups = 1_000;

    public async Task PauseAsync(BatchProgress found, CancellationToken cancellationToken)
    {
        if (found.Batch.CurrentState is BatchStatus.Paused)
            return;
        RefuseIfOver(found, "cannot be paused");
        RefuseIfLeft(found);
        await controller.PauseAsync(found.Batch.CorrelationId, cancellationToken);
    }

    public async Task ResumeAsync(BatchProgress found, CancellationToken cancellationToken)
    {
        if (BatchStatus.IsFinal(found.Batch.CurrentState))
            throw ProblemException.Conflict(
                $"The batch is over already: {Words(found)}. To run failed rows again, replay them");
        RefuseIfLeft(found);
        // Also where no pause shows: one may be on its way, and the later order replaces it.
        await controller.ResumeAsync(found.Batch.CorrelationId, cancellationToken);
    }

    public async Task CancelAsync(
        BatchProgress found, string? reason, CancellationToken cancellationToken)
    {
        if (BatchStatus.IsFinal(found.Batch.CurrentState))
            throw ProblemException.Conflict($"The batch is over already: {Words(found)}");
        if (found.Batch.CurrentState is BatchStatus.Cancelling || found.Batch.EndStatus is not null)
            return;
        RefuseIfLeft(found);
        await controller.CancelAsync(found.Batch.CorrelationId, reason ?? "cancelled by its user", cancellationToken);
    }

    public async Task SetLimitsAsync(
        BatchProgress found, SetLimits change, CancellationToken cancellationToken)
    {
        RefuseIfOver(found, "there is nothing left to limit");
        await controller.SetLimitsAsync(change, cancellationToken);
    }

    /// <summary>Runs these rows again, or those of a group, or (both null) all that failed or were cancelled.</summary>
    public async Task ReplayAsync(
        BatchProgress found, IReadOnlyList<long>? rows, string? group,
        CancellationToken cancellationToken)
    {
        if (await ProblemOfReplayAsync(found, group, cancellationToken) is { } problem)
            throw ProblemException.Conflict(problem);
        if (rows is not null)
            await CheckRowsAsync(found.Batch, rows, cancellationToken);
        await controller.ReplayAsync(found.Batch.CorrelationId, rows, group, cancellationToken);
    }

    /// <returns>Why nothing of the batch can be run again now; null when it can.</returns>
    public async Task<string?> ProblemOfReplayAsync(
        BatchProgress found, string? group, CancellationToken cancellationToken)
    {
        if (found.Counts.Failed + found.Counts.Cancelled == 0)
            return "There is nothing to run again: no row of the batch failed or was cancelled";
        if (found.Batch.CurrentState is BatchStatus.Paused)
            return "The batch is paused; resume it first";
        if (found.Batch.CurrentState is BatchStatus.Cancelling or BatchStatus.Aggregating)
            return $"The batch is just ending ({Words(found)}); run rows again once it is over";
        if (!found.Driven)
            return Left;
        if (group is null)
            return null;
        var groups = await letters.ReadGroupsAsync(found.Batch.CorrelationId, MostGroups, cancellationToken);
        return groups.Any(known => known.Group == group)
            ? null
            : $"No open failure of the batch has the cause '{group}'; GET /api/v1/dead-letters/groups lists the causes";
    }

    private const string Left =
        "Nobody drives the batch: it was run by itself, and its process is gone. 'fleet resume' goes on with it, "
        + "'fleet retry' runs its failed rows again";

    private async Task CheckRowsAsync(BatchState batch, IReadOnlyList<long> rows, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var row in rows)
        {
            var settled = row >= 0 && row < batch.TotalRows
                ? await ledger.FindSettledAsync(batch.CorrelationId, row, cancellationToken)
                : null;
            if (row < 0 || row >= batch.TotalRows)
                problems.Add($"rows: there is no row {row}; the batch has {batch.TotalRows}, numbered from 0");
            else if (settled?.State is not (ItemState.Failed or ItemState.Cancelled))
                problems.Add($"rows: row {row} {WhyNot(settled?.State)}");
        }

        if (problems.Count > 0)
            throw ProblemException.BadRequest(problems);
    }

    private static void RefuseIfOver(BatchProgress found, string consequence)
    {
        if (BatchStatus.IsFinal(found.Batch.CurrentState))
            throw ProblemException.Conflict($"The batch is over already: {Words(found)}; {consequence}");
        if (found.Batch.CurrentState is BatchStatus.Cancelling or BatchStatus.Aggregating)
            throw ProblemException.Conflict($"The batch is ending already: {Words(found)}; {consequence}");
    }

    private static void RefuseIfLeft(BatchProgress found)
    {
        if (!found.Driven)
            throw ProblemException.Conflict(Left);
    }

    private static string Words(BatchProgress found) =>
        JsonNamingPolicy.KebabCaseLower.ConvertName(found.Batch.CurrentState).Replace('-', ' ');

    private static string WhyNot(ItemState? state) => state switch
    {
        null or ItemState.Pending => "is not settled yet",
        ItemState.Succeeded => "succeeded, and is not run again",
        _ => "was rejected: the row itself is bad, and running it again cannot help",
    };
}
