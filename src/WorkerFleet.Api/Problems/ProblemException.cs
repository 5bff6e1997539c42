namespace WorkerFleet.Api.Problems;

/// <summary>A request that cannot be done, and what its caller is told.</summary>
internal sealed class ProblemException(ProblemJson problem) : Exception(problem.Detail)
{
    public ProblemJson Problem => problem;

    /// <summary>When trying again makes sense, in seconds; null where it does not by itself.</summary>
    public int? RetryAfterSeconds { get; init; }

    public static ProblemException BadRequest(params IReadOnlyList<string> errors) =>
        new(ProblemKinds.Of(400, errors.Count == 1 ? errors[0] : $"{errors.Count} things are wrong; see "
            + "errors", errors));

    public static ProblemException NotFound(string detail) => new(ProblemKinds.Of(404, detail));

    public static ProblemException Conflict(string detail) => new(ProblemKinds.Of(409, detail));

    public static ProblemException TooLarge(string detail) => new(ProblemKinds.Of(413, detail));

    public static ProblemException UnsupportedMedia(string detail) => new(ProblemKinds.Of(415, detail));

    public static ProblemException KeyReused(string detail) => new(ProblemKinds.Of(422, detail));
}
