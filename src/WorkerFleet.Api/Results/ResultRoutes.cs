using System.Globalization;
using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Batches;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Results;

namespace WorkerFleet.Api.Results;

/// <summary>The routes that hand out results, while the batch runs too.</summary>
internal static class ResultRoutes
{
    private const string Lines = "application/jsonl";
    private const string Table = "text/csv; charset=utf-8";

    private static readonly RouteParameter Format = new("format", "jsonl or csv. Default: jsonl.");

    public static void MapResults(this IEndpointRouteBuilder api)
    {
        var batch = api.MapGroup("/batches/{batch}").WithTags("results");
        batch.MapGet("/results", (string batch, HttpContext http, BatchLookup lookup, ResultStreams streams) =>
                WriteAsync(batch, http, lookup, streams, failuresOnly: false))
            .Describe(Scopes.Read, "GetResults", "Download a line for every settled row, in row order, while the "
                + "batch runs too.",
                404, 409)
            .Query(Format).Produces<string>(StatusCodes.Status200OK, Lines, "text/csv");
        batch.MapGet("/failures", (string batch, HttpContext http, BatchLookup lookup, ResultStreams streams) =>
                WriteAsync(batch, http, lookup, streams, failuresOnly: true))
            .Describe(Scopes.Read, "GetFailures", "Download a line for every settled row that did not "
                + "succeed.", 404, 409)
            .Query(Format).Produces<string>(StatusCodes.Status200OK, Lines, "text/csv");
        batch.MapGet("/summary", SummarizeAsync)
            .Describe(Scopes.Read, "GetSummary", "Show the summary of a batch that is over.", 404, 409);
    }

    private static async Task WriteAsync(
        string batch, HttpContext http, BatchLookup lookup, ResultStreams streams, bool failuresOnly)
    {
        var query = new RequestQuery(http);
        var format = query.Choice<ResultFormat>("format") ?? ResultFormat.Jsonl;
        query.Check();
        var cancellationToken = http.RequestAborted;
        var state = await lookup.StateAsync(http, batch, cancellationToken);
        var isTable = format == ResultFormat.Csv;
        var name = failuresOnly ? "failures" : "results";
        var extension = isTable ? "csv" : "jsonl";
        http.Response.ContentType = isTable ? Table : Lines;
        http.Response.Headers.ContentDisposition = new ContentDisposition
        {
            FileName = string.Create(CultureInfo.InvariantCulture, $"{name}-{state.CorrelationId:N}.{extension}"),
        }.ToString();
        await streams.WriteAsync(state, http.Response.Body, format, failuresOnly, cancellationToken);
    }

    private static async Task<Ok<BatchSummary>> SummarizeAsync(
        string batch, HttpContext http, BatchLookup lookup, Summaries summaries, CancellationToken cancellationToken) =>
        TypedResults.Ok(await summaries.OfAsync(
            await lookup.StateAsync(http, batch, cancellationToken), cancellationToken));
}
