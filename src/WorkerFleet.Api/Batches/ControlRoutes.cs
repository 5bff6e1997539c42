using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Api.Problems;
using WorkerFleet.Api.Submission;
using WorkerFleet.Batches;

namespace WorkerFleet.Api.Batches;

/// <summary>
/// The routes to control a batch. Each answers 202 once the order is durable, with how the batch stood before it.
/// </summary>
internal static class ControlRoutes
{
    private const int MaxReason = 500;

    public static void MapControl(this IEndpointRouteBuilder batches)
    {
        Order(batches.MapPost("/{batch}/pause", PauseAsync), "PauseBatch", "Start no further rows; those in "
            + "flight finish.");
        Order(batches.MapPost("/{batch}/resume", ResumeAsync), "ResumeBatch", "Go on with a batch that is paused.");
        Order(batches.MapPost("/{batch}/cancel", CancelAsync), "CancelBatch",
            "End a batch early: rows in flight finish, the others are cancelled.").Takes<CancelJson>();
        Order(batches.MapPatch("/{batch}/limits", SetLimitsAsync), "SetLimits", "Change limits while the batch runs.")
            .Takes<LimitsJson>();
        Order(batches.MapPost("/{batch}/replay", ReplayAsync), "ReplayBatch", "Run failed and cancelled rows again.")
            .Takes<ReplayJson>();
    }

    private static RouteHandlerBuilder Order(RouteHandlerBuilder route, string name, string summary) =>
        route.Describe(Scopes.Operate, name, summary, 404, 409, 413, 415);

    private static async Task<Accepted<BatchJson>> PauseAsync(
        string batch, HttpContext http, BatchLookup lookup, BatchOrders orders, CancellationToken cancellationToken)
    {
        var found = await lookup.ProgressAsync(http, batch, cancellationToken);
        await orders.PauseAsync(found, cancellationToken);
        return Accept(found);
    }

    private static async Task<Accepted<BatchJson>> ResumeAsync(
        string batch, HttpContext http, BatchLookup lookup, BatchOrders orders, CancellationToken cancellationToken)
    {
        var found = await lookup.ProgressAsync(http, batch, cancellationToken);
        await orders.ResumeAsync(found, cancellationToken);
        return Accept(found);
    }

    private static async Task<Accepted<BatchJson>> CancelAsync(
        string batch, HttpContext http, BatchLookup lookup, BatchOrders orders, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<CancelJson>(http, cancellationToken);
        if (body.Reason?.Length > MaxReason)
            throw ProblemException.BadRequest($"reason: is longer than {MaxReason} characters");
        var found = await lookup.ProgressAsync(http, batch, cancellationToken);
        await orders.CancelAsync(found, body.Reason, cancellationToken);
        return Accept(found);
    }

    private static async Task<Accepted<BatchJson>> SetLimitsAsync(
        string batch, HttpContext http, BatchLookup lookup, BatchOrders orders, IBatchRequests requests,
        TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<LimitsJson>(http, cancellationToken);
        List<KeyValuePair<string, string>> fields = [];
        Add("concurrency", body.Concurrency?.ToString(CultureInfo.InvariantCulture));
        Add("timeout", body.Timeout);
        Add("attempts", body.Attempts?.ToString(CultureInfo.InvariantCulture));
        Add("priority", body.Priority);
        var problems = new List<string>();
        if (fields.Count == 0)
            problems.Add("There is nothing to set; name at least one of concurrency, timeout, attempts, priority");
        var change = requests.ReadLimits(fields, problems);
        if (problems.Count > 0)
            throw ProblemException.BadRequest(problems);
        var found = await lookup.ProgressAsync(http, batch, cancellationToken);
        change = change with { BatchId = found.Batch.CorrelationId, RequestedAt = time.GetUtcNow() };
        await orders.SetLimitsAsync(found, change, cancellationToken);
        return Accept(found);

        void Add(string name, string? value)
        {
            if (value is not null)
                fields.Add(new(name, value));
        }
    }

    private static async Task<Accepted<BatchJson>> ReplayAsync(
        string batch, HttpContext http, BatchLookup lookup, BatchOrders orders, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<ReplayJson>(http, cancellationToken);
        if ((body.Rows is null ? 0 : 1) + (body.Group is null ? 0 : 1) + (body.All ? 1 : 0) != 1)
            throw ProblemException.BadRequest("name one of rows, group and all: which rows to run again");
        if (body.Rows is { Count: 0 or > BatchOrders.MostRows })
            throw ProblemException.BadRequest($"rows: name 1 to {BatchOrders.MostRows}; use group or all for more");
        var found = await lookup.ProgressAsync(http, batch, cancellationToken);
        var rows = body.Rows is null ? null : body.Rows.Distinct().Order().ToList();
        await orders.ReplayAsync(found, rows, body.Group, cancellationToken);
        return Accept(found);
    }

    private static Accepted<BatchJson> Accept(BatchProgress found) =>
        TypedResults.Accepted($"/api/v1/batches/{found.Batch.CorrelationId}", BatchJson.Of(found));
}
