using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using WorkerFleet.Items;

namespace WorkerFleet.AgentCore;

/// <summary>Says of every way in which an HTTP call fails what it means for the item.</summary>
/// <param name="label">Agent and address, in front of every message.</param>
/// <param name="time">For Retry-After dates.</param>
internal sealed partial class HttpFailures(string label, TimeProvider time)
{
    /// <summary>How long making a connection may take.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    /// <summary>An exhausted quota of AgentCore frees itself in minutes: sessions have to end first.</summary>
    private static readonly TimeSpan QuotaRetryAfter = TimeSpan.FromMinutes(1);

    /// <summary>Longest Retry-After that is believed.</summary>
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromHours(1);

    /// <summary>
    /// Reads the error's body, at most 16 KB of it, and classifies the answer by docs/decisions/0005.
    /// </summary>
    public async Task<ItemFailure> FromStatusAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var error = await ErrorBody.ReadAsync(response, cancellationToken);
        var code = (int)response.StatusCode;
        if (error.Type == "RuntimeClientError")
            code = (int)HttpStatusCode.FailedDependency;
        var inner = code == 424 ? InnerStatus(error.Detail) : null;
        var (kind, retryable, mayHaveRun) = Classify(inner ?? code, error.Type);
        var retryAfter = RetryAfter(response) ?? (code == 402 ? QuotaRetryAfter : null);
        var message = code is >= 300 and < 400
            ? $"answered {Describe(response)} to {response.Headers.Location?.ToString() ?? "an unknown place"}; " +
                "redirects are not followed, configure the address itself"
            : $"answered {Describe(response)}{(error.Detail.Length > 0 ? ": " : "")}{error.Detail}";
        return new ItemFailure(
            kind, OneLine.Of($"{label} {message}"), retryable, retryable ? retryAfter : null, mayHaveRun,
            (int)response.StatusCode);
    }

    /// <summary>No answer, or not all of it.</summary>
    public ItemFailure FromException(Exception exception)
    {
        var error = (exception as HttpRequestException)?.HttpRequestError
            ?? (exception as HttpIOException)?.HttpRequestError;
        var cause = exception.GetBaseException().Message;
        return error switch
        {
            HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError =>
                Fail(FailureKind.Connection, $"could not be reached: {cause}", mayHaveRun: false),
            HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded =>
                Fail(FailureKind.BadAnswer, $"answered with something that is no HTTP: {cause}", mayHaveRun: true),
            _ => Fail(FailureKind.Connection, $"broke the connection: {cause}", mayHaveRun: true),
        };
    }

    /// <summary>The call was cancelled, but not by its caller: only the connect time limit does that.</summary>
    public ItemFailure FromConnectTimeout()
    {
        var seconds = ConnectTimeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return Fail(
            FailureKind.Connection, $"could not be reached: no connection within {seconds} s", mayHaveRun: false);
    }

    internal static (FailureKind Kind, bool Retryable, bool MayHaveRun) Classify(int status, string? errorType) =>
        status switch
        {
            401 or 403 => (FailureKind.Denied, false, false),
            402 or 429 => (FailureKind.Throttled, true, false),
            408 => (FailureKind.Timeout, true, true),
            // The session is being set up or torn down; a ConflictException is a conflict of another kind.
            409 when errorType != "ConflictException" => (FailureKind.Unavailable, true, false),
            // The runtime is not healthy or did not start in time; a status of the agent itself was taken out before.
            424 => (FailureKind.Unavailable, true, true),
            >= 500 => (FailureKind.Unavailable, true, true),
            >= 400 => (FailureKind.InvalidInput, false, false),
            _ => (FailureKind.BadAnswer, false, false),
        };

    private ItemFailure Fail(FailureKind kind, string message, bool mayHaveRun) =>
        new(kind, OneLine.Of($"{label} {message}"), Retryable: true, MayHaveRun: mayHaveRun);

    private static string Describe(HttpResponseMessage response) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {response.ReasonPhrase}").TrimEnd();

    /// <summary>The agent's own status, which AgentCore wraps into a 424.</summary>
    private static int? InnerStatus(string detail) =>
        ReceivedError().Match(detail) is { Success: true } match
            ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : null;

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        var delay = header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
        return delay switch
        {
            null => null,
            { } wait when wait <= TimeSpan.Zero => null,
            { } wait when wait > MaxRetryAfter => MaxRetryAfter,
            { } wait => wait,
        };
    }

    [GeneratedRegex(@"Received error \(([1-5][0-9]{2})\) from runtime", RegexOptions.CultureInvariant)]
    private static partial Regex ReceivedError();
}
