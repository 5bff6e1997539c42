using System.Globalization;
using System.Net;
using System.Text.Json;
using WorkerFleet.Agents;

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

    /// <summary>Of the year 9999, and so of the largest time that there is.</summary>
    private const double MaxSeconds = 253_402_300_799;

    /// <summary>How the agent is, by its own word.</summary>
    public async Task<AgentDiagnosis> AskAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var path = "/ping";
        TimeSpan? ahead = null;
        try
        {
            foreach (var next in new[] { "/ping", "/health", "/ready" })
            {
                path = next;
                using var request = newRequest(path);
                var asked = time.GetUtcNow();
                using var response = await client.SendAsync(
                    request, HttpCompletionOption.ResponseHeadersRead, either.Token);
                ahead = ClockOffset.Of(response.Headers.Date, asked, time.GetUtcNow());
                if (response.StatusCode != HttpStatusCode.NotFound)
                    return await JudgeAsync(path, response, either.Token) with { ClockAhead = ahead };
            }
            return Fail(AgentFault.NotFound, $"{label}: answered 404 to /ping, /health and /ready; is the address right? " +
                "(Probe: false leaves the question out)") with { ClockAhead = ahead };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var seconds = TimeLimit.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            return Fail(AgentFault.Slow, $"{label}: no answer on {path} within {seconds} s; is it running?");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var cause = exception.GetBaseException().Message;
            return Fail(AgentFault.Unreachable, $"{label}: no answer on {path} ({cause}); is it running?");
        }
    }

    private async Task<AgentDiagnosis> JudgeAsync(
        string path, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = string.Create(
            CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {response.ReasonPhrase}").TrimEnd();
        if (!response.IsSuccessStatusCode)
            return Fail(
                response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                    ? AgentFault.Denied
                    : AgentFault.Failing,
                $"{label}: answered {status} on {path}");
        if (path != "/ping")
            return AgentDiagnosis.Well;
        var body = await BoundedBody.ReadStartAsync(response.Content, MaxBytes, cancellationToken);
        var (health, since) = Read(body);
        if (health is null)
            return Fail(AgentFault.NoAgent,
                $"{label}: answered {status} on /ping, but not with {{\"status\":\"Healthy\"}}; is it an agent?");
        var isIdle = health.Equals("Healthy", StringComparison.OrdinalIgnoreCase);
        return isIdle || health.Equals("HealthyBusy", StringComparison.OrdinalIgnoreCase)
            // While it is busy the time may well change.
            ? AgentDiagnosis.Well with { StatusSince = isIdle ? since : null }
            : Fail(AgentFault.Unhealthy, $"{label}: says on /ping that its status is '{health}'");
    }

    private static AgentDiagnosis Fail(AgentFault fault, string problem) => new(fault, OneLine.Of(problem));

    /// <summary>The status, and since when it is so, in seconds since 1970.</summary>
    private static (string? Health, DateTimeOffset? Since) Read(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("status"u8, out var status)
                || status.ValueKind != JsonValueKind.String)
                return default;
            DateTimeOffset? since = document.RootElement.TryGetProperty("time_of_last_update"u8, out var update)
                && update.ValueKind == JsonValueKind.Number && update.TryGetDouble(out var seconds)
                && seconds is > 0 and < MaxSeconds
                ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
                : null;
            return (status.GetString(), since);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return default;
        }
    }
}
