using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Problems;

namespace WorkerFleet.Api.Hosting;

/// <summary>Reads bodies of JSON, and says what is wrong with them in words that are not .NET's.</summary>
internal static class JsonBody
{
    /// <summary>Largest body of JSON, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    private static readonly JsonSerializerOptions Options =
        PublicJson.Configure(new() { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow });

    /// <summary>An empty body is an empty object.</summary>
    /// <exception cref="ProblemException">It is no JSON of that kind.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext http, CancellationToken cancellationToken)
        where T : class, new()
    {
        if (http.Request.ContentLength == 0 || (http.Request.ContentLength is null && http.Request.ContentType is null))
            return new();
        if (!http.Request.HasJsonContentType())
            throw ProblemException.UnsupportedMedia("The body has to be JSON, with Content-Type: application/json");
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(http.Request.Body, Options, cancellationToken)
                ?? throw ProblemException.BadRequest("the body is null; send an object");
        }
        catch (JsonException exception)
        {
            throw ProblemException.BadRequest(Problem(exception, typeof(T)));
        }
    }

    private static string Problem(JsonException exception, Type type)
    {
        var fields = string.Join(", ", type.GetProperties()
            .Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)));
        return exception switch
        {
            { Path: null or "$" } => $"the body is not valid JSON at line {exception.LineNumber + 1}, character "
                + $"{exception.BytePositionInLine + 1}, or no object with the fields {fields}",
            { Path: var path } when exception.Message.Contains("could not be mapped", StringComparison.Ordinal) =>
                $"{path.TrimStart('$', '.')}: there is no such field; there are {fields}",
            { Path: var path } => $"{path.TrimStart('$', '.')}: is not valid, or of another kind than the field takes",
        };
    }
}
