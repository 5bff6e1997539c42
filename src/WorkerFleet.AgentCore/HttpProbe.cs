using System.Globalization;
using System.Net;
using System.Text.Json;

namespace WorkerFleet.AgentCore;

/// <summary>
/// Asks an agent whether it is well: GET /ping as AgentCore does, else /health or /ready as others have it.
/// </summary>
internal sealed class HttpProbe(
    string label, Func<string, HttpRequestMessage> newRequest, HttpClient client, TimeProvider time)
{
    /// <summary>For all questions together.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(5);

    private const int MaxBytes = 4 * 1024;

    /// <summary>Null when the agent is well, else one line.</summary>
    public async Task<string?> AskAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var path = "/ping";
        try
        {
            foreach (var next in new[] { "/ping", "/health", "/ready" })
            {
                path = next;
                using var request = newRequest(path);
                using var response = await client.SendAsync(
                    request, HttpCompletionOption.ResponseHeadersRead, either.Token);
                if (response.StatusCode != HttpStatusCode.NotFound)
                    return await JudgeAsync(path, response, either.Token) is { } problem ? OneLine.Of(problem) : null;
            }
            return $"{label}: answered 404 to /ping, /health and /ready; is the address right? " +
                "(Probe: false leaves the question out)";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var seconds = TimeLimit.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            return $"{label}: no answer on {path} within {seconds} s; is it running?";
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var cause = exception.GetBaseException().Message;
            return OneLine.Of($"{label}: no answer on {path} ({cause}); is it running?");
        }
    }

    private async Task<string?> JudgeAsync(
        string path, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = string.Create(
            CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {response.ReasonPhrase}").TrimEnd();
        if (!response.IsSuccessStatusCode)
            return $"{label}: answered {status} on {path}";
        if (path != "/ping")
            return null;
        var body = await BoundedBody.ReadStartAsync(response.Content, MaxBytes, cancellationToken);
        return HealthIn(body) switch
        {
            null => $"{label}: answered {status} on /ping, but not with {{\"status\":\"Healthy\"}}; is it an agent?",
            var health when health.Equals("Healthy", StringComparison.OrdinalIgnoreCase)
                || health.Equals("HealthyBusy", StringComparison.OrdinalIgnoreCase) => null,
            var health => $"{label}: says on /ping that its status is '{health}'",
        };
    }

    private static string? HealthIn(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("status"u8, out var status)
                && status.ValueKind == JsonValueKind.String
                ? status.GetString()
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
