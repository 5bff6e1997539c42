using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Batches;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Api.Problems;
using WorkerFleet.DeadLetters;

namespace WorkerFleet.Api.DeadLetters;

/// <summary>The routes that put dead letters away, and take them out again.</summary>
internal static class ArchiveRoutes
{
    private delegate Task<ArchivedLetters> Change(
        LetterChoice choice, int most, CancellationToken cancellationToken);

    public static void MapArchive(this IEndpointRouteBuilder letters)
    {
        letters.MapPost("/archive", ArchiveAsync)
            .Describe(Scopes.Operate, "ArchiveDeadLetters", "Put failures away that are not to be run again: they are "
                + "open no longer.", 404, 413, 415)
            .Takes<LetterChoiceJson>();
        letters.MapPost("/unarchive", UnarchiveAsync)
            .Describe(Scopes.Operate, "UnarchiveDeadLetters", "Open archived failures again.", 404, 413, 415)
            .Takes<LetterChoiceJson>();
    }

    private static Task<Ok<ArchivedJson>> ArchiveAsync(
        HttpContext http, BatchLookup lookup, LetterSearch search, LetterArchive archive,
        CancellationToken cancellationToken) =>
        ChangeAsync(http, lookup, search, archive.ArchiveAsync, cancellationToken);

    private static Task<Ok<ArchivedJson>> UnarchiveAsync(
        HttpContext http, BatchLookup lookup, LetterSearch search, LetterArchive archive,
        CancellationToken cancellationToken) =>
        ChangeAsync(http, lookup, search, archive.UnarchiveAsync, cancellationToken);

    private static async Task<Ok<ArchivedJson>> ChangeAsync(
        HttpContext http, BatchLookup lookup, LetterSearch search, Change change, CancellationToken cancellationToken)
    {
        var body = await LetterChoices.ReadAsync(http, cancellationToken);
        if (body.Batch is not { } id)
            return TypedResults.Ok(await ManyAsync(
                search, ApiCaller.Of(http.User), body.Group, change, cancellationToken));
        var batch = await lookup.StateAsync(http, id, cancellationToken);
        CheckRange(body.Rows, batch.TotalRows);
        var done = await change(
            new(id, body.Rows, body.Group), LetterArchive.MostLetters, cancellationToken);
        return done.UnknownRows.Count == 0
            ? TypedResults.Ok(new ArchivedJson(done.Count, done.Truncated))
            : throw ProblemException.BadRequest(
                [.. done.UnknownRows.Select(row => $"rows: row {row} has not failed for good")]);
    }

    /// <summary>The same in every batch of a caller, until the limit of one request is reached.</summary>
    private static async Task<ArchivedJson> ManyAsync(
        LetterSearch search, ApiCaller caller, string? group, Change change, CancellationToken cancellationToken)
    {
        var (batches, truncated) = await search.BatchesOfAsync(caller, before: null, cancellationToken);
        var changed = 0;
        foreach (var batch in batches)
        {
            var done = await change(
                new(batch.CorrelationId, Group: group), LetterArchive.MostLetters - changed, cancellationToken);
            changed += done.Count;
            if (done.Truncated || changed == LetterArchive.MostLetters)
                return new(changed, true);
        }

        return new(changed, truncated);
    }

    private static void CheckRange(IReadOnlyList<long>? rows, long total)
    {
        var unknown = rows?.Where(row => row < 0 || row >= total).ToList() ?? [];
        if (unknown.Count > 0)
            throw ProblemException.BadRequest([.. unknown.Select(row =>
                $"rows: there is no row {row}; the batch has {total}, numbered from 0")]);
    }
}
