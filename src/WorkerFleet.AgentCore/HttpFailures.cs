using System.Globalization;
using System.Text.RegularExpressions;
using WorkerFleet.Items;

namespace WorkerFleet.AgentCore;

/// <summary>Says of every way in which an HTTP call fails what it means for the item.</summary>
/// <param name="label">Agent and address, in front of every message.</param>
/// <param name="rules">What the statuses mean.</param>
/// <param name="time">For Retry-After dates, and to tell when this machine's clock is wrong.</param>
internal sealed partial class HttpFailures(string label, FailureRules rules, TimeProvider time)
{
    /// <summary>Longest Retry-After that is believed.</summary>
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromHours(1);

    /// <summary>AWS takes no signature that is older or younger.</summary>
    private static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(5);

    /// <summary>Reads the error's body, at most 16 KB of it, and classifies the answer by docs/agents.md.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="attempt">Of the item, from 1.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<ItemFailure> FromStatusAsync(
        HttpResponseMessage response, int attempt, CancellationToken cancellationToken)
    {
        var error = await ErrorBody.ReadAsync(response, cancellationToken);
        var status = (int)response.StatusCode;
        var rule = rules.Of(status, ContainerStatus(error.Detail), error.Type);
        var message = status is >= 300 and < 400
            ? $"answered {Describe(response)} to {response.Headers.Location?.ToString() ?? "an unknown place"}; " +
                "redirects are not followed, configure the address itself"
            : $"answered {Describe(response)}{DetailOf(error, response)}";
        var asked = RetryAfter(response);
        return new ItemFailure(rule.Kind, OneLine.Of($"{label} {message}"), rule.Retryable,
            rule.Retryable ? asked ?? WaitOf(rule, attempt) : null,
            rule.MayHaveRun, status, rule.AgentWide, rule.AttemptLimit, RetryAfterForAll: asked is not null);
    }

    /// <summary>No answer, or not all of it.</summary>
    /// <param name="exception">What the client threw.</param>
    /// <param name="attempt">Of the item, from 1.</param>
    public ItemFailure FromException(Exception exception, int attempt)
    {
        var error = (exception as HttpRequestException)?.HttpRequestError
            ?? (exception as HttpIOException)?.HttpRequestError;
        var cause = exception.GetBaseException().Message;
        var broken = rules.BrokenConnection;
        return error switch
        {
            HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError =>
                Fail(FailureKind.Connection, $"could not be reached: {cause}", mayHaveRun: false),
            HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded =>
                Fail(FailureKind.BadAnswer, $"answered with something that is no HTTP: {cause}", mayHaveRun: true),
            _ => Fail(broken.Kind, $"broke the connection: {cause}", broken.MayHaveRun) with
            {
                AttemptLimit = broken.AttemptLimit, RetryAfter = WaitOf(broken, attempt),
            },
        };
    }

    /// <summary>The call was cancelled, but not by its caller: only the connect time limit does that.</summary>
    public ItemFailure FromConnectTimeout()
    {
        var seconds = AgentClient.ConnectTimeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return Fail(
            FailureKind.Connection, $"could not be reached: no connection within {seconds} s", mayHaveRun: false);
    }

    private ItemFailure Fail(FailureKind kind, string message, bool mayHaveRun) =>
        new(kind, OneLine.Of($"{label} {message}"), Retryable: true, MayHaveRun: mayHaveRun);

    private static TimeSpan? WaitOf(FailureRule rule, int attempt) =>
        rule.Wait?.After(attempt, Random.Shared.NextDouble());

    private static string Describe(HttpResponseMessage response) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {response.ReasonPhrase}").TrimEnd();

    private string DetailOf(ErrorBody error, HttpResponseMessage response)
    {
        var type = error.Type is null ? "" : $" ({error.Type})";
        // AWS's own text of it repeats the whole signed request, session token included.
        if (error.Type is "InvalidSignatureException" or "SignatureDoesNotMatch")
            return $"{type}: " + (ClockSkew(response) is { } skew
                ? $"this machine's clock is {skew:0} min off, so that AWS takes no signature of it; set the clock"
                : "the signature is not accepted; see that key and secret belong together");
        return $"{type}{(error.Detail.Length > 0 ? ": " : "")}{error.Detail}";
    }

    /// <returns>In minutes; null when the clock is right, or cannot be compared.</returns>
    private double? ClockSkew(HttpResponseMessage response) =>
        response.Headers.Date is { } date && (date - time.GetUtcNow()).Duration() is var skew && skew > MaxClockSkew
            ? skew.TotalMinutes
            : null;

    /// <summary>The agent's own status, which AgentCore wraps into a 424.</summary>
    private static int? ContainerStatus(string detail) =>
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
