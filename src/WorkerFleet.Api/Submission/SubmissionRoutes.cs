using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Api.Problems;

namespace WorkerFleet.Api.Submission;

/// <summary>The routes that submit batches.</summary>
internal static class SubmissionRoutes
{
    private const string KeyHeader = "Idempotency-Key";
    private const int LongestKey = 255;

    public static void MapSubmission(this IEndpointRouteBuilder api)
    {
        var batches = api.MapGroup("/batches").WithTags("submission");
        batches.MapPost("", SubmitAsync)
            .Describe(Scopes.Submit, "SubmitBatch",
                "Submit a batch: a form with the options and, as its last part, the file 'source'; or JSON that "
                    + "names the source.",
                409, 413, 415, 422)
            .Accepts<SubmitJson>("application/json", "multipart/form-data");
        batches.MapPost("/preview", PreviewAsync)
            .Describe(Scopes.Submit, "PreviewBatch",
                "Show what the first rows would become, and what is wrong; nothing is stored or sent.", 413, 415)
            .Accepts<SubmitJson>("application/json", "multipart/form-data");
    }

    private static async Task<Created<SubmittedJson>> SubmitAsync(
        HttpContext http, SubmissionReader reader, BatchSubmission submission, CancellationToken cancellationToken)
    {
        var key = http.Request.Headers[KeyHeader];
        if (key.Count > 1 || (key.Count == 1 && key[0] is not { Length: > 0 and <= LongestKey }))
            throw ProblemException.BadRequest($"{KeyHeader}: give one, of 1 to {LongestKey} characters");
        var submitted = await reader.ReadAsync(http, cancellationToken);
        await using var upload = submitted.Upload;
        var result = await submission.SubmitAsync(
            ApiCaller.Of(http.User), submitted, key.Count == 0 ? null : key[0], http.Request.Headers.TraceParent,
            cancellationToken);
        return TypedResults.Created($"/api/v1/batches/{result.BatchId}", result);
    }

    private static async Task<Ok<PreviewJson>> PreviewAsync(
        HttpContext http, SubmissionReader reader, Preview preview, CancellationToken cancellationToken)
    {
        var submitted = await reader.ReadAsync(http, cancellationToken);
        await using var upload = submitted.Upload;
        return TypedResults.Ok(await preview.MakeAsync(ApiCaller.Of(http.User), submitted, cancellationToken));
    }
}
