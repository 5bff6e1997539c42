using WorkerFleet.Items;

namespace WorkerFleet.AgentCore;

/// <summary>Classifies answers with an error status, as docs/agents.md has it.</summary>
/// <param name="isDataPlane">
/// Whether AgentCore's data plane answers, and not the agent itself: it says with statuses what it means, and each call of it
/// that fails may leave a session behind.
/// </param>
internal sealed class FailureRules(bool isDataPlane)
{
    /// <summary>Attempts that make sense of what may have run, and will hardly end better.</summary>
    public const int TwoAttempts = 2;

    private const int ThreeAttempts = 3;

    private const string ConflictException = "ConflictException";

    private static readonly Backoff ThrottleWait = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
    private static readonly Backoff UnavailableWait = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60));
    private static readonly Backoff StartWait = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(120));

    /// <summary>An exhausted quota frees itself in minutes: sessions have to end first.</summary>
    private static readonly Backoff QuotaWait = new(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5));

    /// <summary>The connection broke after the request was sent.</summary>
    public FailureRule BrokenConnection => Platform(
        new(FailureKind.Connection, true, true), ThreeAttempts, UnavailableWait);

    /// <param name="status">Of the answer.</param>
    /// <param name="container">The agent's own status, where AgentCore names one; null when it does not.</param>
    /// <param name="type">AWS's name of the error, which counts more than the status; null when there is none.</param>
    public FailureRule Of(int status, int? container, string? type)
    {
        var effective = StatusOf(type) ?? status;
        return effective == 424 && container is { } own ? OfContainer(own) : OfStatus(effective, type);
    }

    private FailureRule OfStatus(int status, string? type) => status switch
    {
        401 => new(FailureKind.Denied, false, false) { AgentWide = true },
        // Firewalls in front of other agents refuse single inputs so.
        403 => new(FailureKind.Denied, false, false) { AgentWide = isDataPlane },
        402 => new(FailureKind.Throttled, true, false) { AgentWide = true, Wait = QuotaWait },
        404 => new(FailureKind.InvalidInput, false, false) { AgentWide = isDataPlane && type is "ResourceNotFoundException" },
        408 => Platform(new(FailureKind.Timeout, true, true), TwoAttempts, wait: null),
        // The session is being set up or torn down; a ConflictException is a conflict of another kind.
        409 when type is not ConflictException => new(FailureKind.Unavailable, true, false),
        // The runtime is not healthy or did not start in time.
        424 => Platform(new(FailureKind.Unavailable, true, true) { AgentWide = true }, ThreeAttempts, StartWait),
        429 => Platform(new(FailureKind.Throttled, true, false), attemptLimit: null, ThrottleWait),
        >= 500 => Platform(new(FailureKind.Unavailable, true, true), ThreeAttempts, UnavailableWait),
        >= 400 => new(FailureKind.InvalidInput, false, false),
        _ => new(FailureKind.BadAnswer, false, false),
    };

    /// <summary>The container answered so, which AgentCore wraps into a 424.</summary>
    private static FailureRule OfContainer(int status) => status switch
    {
        401 or 403 => new(FailureKind.Denied, false, false),
        408 => new(FailureKind.Timeout, true, true) { AttemptLimit = TwoAttempts },
        429 => new(FailureKind.Throttled, true, false),
        >= 500 => new(FailureKind.Unavailable, true, true) { AttemptLimit = TwoAttempts },
        >= 400 => new(FailureKind.InvalidInput, false, false),
        _ => new(FailureKind.BadAnswer, false, true),
    };

    private FailureRule Platform(FailureRule rule, int? attemptLimit, Backoff? wait) =>
        isDataPlane ? rule with { AttemptLimit = attemptLimit, Wait = wait } : rule;

    /// <summary>
    /// The same error comes with different statuses: a RuntimeClientError as 424 and as 403, an expired token as 400 and as 403.
    /// </summary>
    private static int? StatusOf(string? type) => type switch
    {
        "ValidationException" => 400,
        "UnauthorizedException" => 401,
        "ServiceQuotaExceededException" => 402,
        "AccessDeniedException" or "ExpiredTokenException" or "InvalidSignatureException" or "IncompleteSignatureException"
            or "MissingAuthenticationTokenException" or "UnrecognizedClientException" => 403,
        "ResourceNotFoundException" => 404,
        "RetryableConflictException" or ConflictException => 409,
        "RuntimeClientError" => 424,
        "ThrottlingException" => 429,
        "InternalServerException" => 500,
        "ServiceUnavailableException" => 503,
        _ => null,
    };
}
