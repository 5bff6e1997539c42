using Microsoft.AspNetCore.Http;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Problems;
using WorkerFleet.Batches;

namespace WorkerFleet.Api.Batches;

/// <summary>Finds the batch that a route names. One of another owner is not there.</summary>
internal sealed class BatchLookup(IBatchStore store, BatchQueries queries)
{
    /// <exception cref="ProblemException">There is no such batch, or it is not the caller's.</exception>
    public async Task<BatchState> StateAsync(HttpContext http, string batch, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(batch, out var id))
            throw ProblemException.BadRequest(
                $"'{batch}' is no id of a batch, such as 0197a3c2-51f0-7000-8000-000000000000; GET "
                    + "/api/v1/batches lists them");
        return await StateAsync(http, id, cancellationToken);
    }

    /// <inheritdoc cref="StateAsync(HttpContext, string, CancellationToken)"/>
    public async Task<BatchState> StateAsync(HttpContext http, Guid id, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } state && ApiCaller.Of(http.User).Sees(state.Spec.Owner)
            ? state
            : throw ProblemException.NotFound($"There is no batch {id}; GET /api/v1/batches lists those there are");

    /// <inheritdoc cref="StateAsync(HttpContext, string, CancellationToken)"/>
    public async Task<BatchProgress> ProgressAsync(
        HttpContext http, string batch, CancellationToken cancellationToken) =>
        await queries.ProgressOfAsync(await StateAsync(http, batch, cancellationToken), cancellationToken);
}
