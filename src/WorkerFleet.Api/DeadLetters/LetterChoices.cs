using Microsoft.AspNetCore.Http;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Batches;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Api.Problems;

namespace WorkerFleet.Api.DeadLetters;

/// <summary>Reads which letters a request means, and names them in its line of the audit log.</summary>
internal static class LetterChoices
{
    /// <exception cref="ProblemException">It makes no sense.</exception>
    public static async Task<LetterChoiceJson> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<LetterChoiceJson>(http, cancellationToken);
        if ((body.Rows is null ? 0 : 1) + (body.Group is null ? 0 : 1) + (body.All ? 1 : 0) != 1)
            throw ProblemException.BadRequest("name one of rows, group and all: which rows are meant");
        if (body is { Rows: not null, Batch: null })
            throw ProblemException.BadRequest("batch: is missing; rows are those of one batch");
        if (body.Rows is { Count: 0 or > BatchOrders.MostRows })
            throw ProblemException.BadRequest($"rows: name 1 to {BatchOrders.MostRows}; use group or all for more");
        AuditedRequests.NameTarget(http, $"{body.Batch?.ToString() ?? "all batches"} {body.Group}".TrimEnd());
        return body;
    }
}
