namespace WorkerFleet.Api.Problems;

/// <summary>Problem details (RFC 9457).</summary>
/// <param name="Type">One of <see cref="ProblemTypes"/>.</param>
/// <param name="Title">Of all problems of that type.</param>
/// <param name="Status">Of HTTP.</param>
/// <param name="Detail">What is wrong here, and what to do.</param>
/// <param name="Errors">All that is wrong with the request, where that can be several things: where, what, and what to
/// do.</param>
public sealed record ProblemJson(string Type, string Title, int Status, string? Detail, IReadOnlyList<string>? Errors)
{
    public const string ContentType = "application/problem+json";
}
