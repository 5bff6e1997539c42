using WorkerFleet.Api.Access;
using WorkerFleet.Api.Batches;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Api.DeadLetters;

/// <summary>Runs failed rows of one batch again, or of all batches of a caller.</summary>
internal sealed class LetterReplay(LetterSearch search, IDeadLetters letters, BatchQueries queries, BatchOrders orders)
{
    /// <summary>Batches that one request has run rows again, at most.</summary>
    private const int MaxReplays = 50;

    public async Task<ReplayedJson> OneAsync(
        BatchState batch, IReadOnlyList<long>? rows, string? group,
        CancellationToken cancellationToken)
    {
        var found = await queries.ProgressOfAsync(batch, cancellationToken);
        await orders.ReplayAsync(
            found, rows is null ? null : [.. rows.Distinct().Order()], group, cancellationToken);
        return new([batch.CorrelationId], [], false);
    }

    /// <summary>Has every batch run rows again that has open letters: with that cause, or any.</summary>
    public async Task<ReplayedJson> ManyAsync(ApiCaller caller, string? group, CancellationToken cancellationToken)
    {
        var (batches, truncated) = await search.BatchesOfAsync(caller, before: null, cancellationToken);
        var (replayed, refused) = (new List<Guid>(), new List<RefusedReplayJson>());
        foreach (var batch in batches)
        {
            var open = new DeadLetterQuery(batch.CorrelationId, group, DeadLetterState.Open, Limit: 1);
            if ((await letters.ReadAsync(open, cancellationToken)).Count == 0)
                continue;
            if (replayed.Count + refused.Count == MaxReplays)
                return new(replayed, refused, true);
            var found = await queries.ProgressOfAsync(batch, cancellationToken);
            if (await orders.ProblemOfReplayAsync(found, group, cancellationToken) is { } problem)
            {
                refused.Add(new(batch.CorrelationId, problem));
                continue;
            }

            await orders.ReplayAsync(found, rows: null, group, cancellationToken);
            replayed.Add(batch.CorrelationId);
        }

        return new(replayed, refused, truncated);
    }
}
