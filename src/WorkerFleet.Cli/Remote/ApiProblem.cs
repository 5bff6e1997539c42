using System.Net;
using System.Text.Json;

namespace WorkerFleet.Cli.Remote;

/// <summary>What an API answered instead of what was asked for, in a line for a person.</summary>
internal static class ApiProblem
{
    private const int MaxBytes = 64 * 1024;

    public static async Task<UserErrorException> OfAsync(
        Uri server, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var detail = await DetailOfAsync(answer, cancellationToken);
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new(
                $"{server}: the API wants a key that is good (401). Give one with --key, or in the variable " +
                "FLEET_API_KEY; 'fleet keys create' makes one beside the API"),
            HttpStatusCode.Forbidden => new($"{server}: {detail ?? "the key does not allow it (403)"}"),
            HttpStatusCode.NotFound => new(
                $"{server}: {detail ?? "there is no such batch, or no API of the fleet at this address (404)"}"),
            var status => new(
                $"{server}: the API answered {(int)status}: {detail ?? "nothing more"}", ExitCodes.Failed),
        };
    }

    private static async Task<string?> DetailOfAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json"
            || answer.Content.Headers.ContentLength > MaxBytes)
            return null;
        try
        {
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            return body.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
