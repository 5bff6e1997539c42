namespace WorkerFleet.Api.Problems;

/// <summary>The <c>type</c> of problem details (RFC 9457): stable, for programs to tell problems apart.</summary>
public static class ProblemTypes
{
    private const string Prefix = "urn:workerfleet:problem:";

    /// <summary>400: the request cannot be understood; <c>errors</c> says all that is wrong.</summary>
    public const string BadRequest = Prefix + "bad-request";

    /// <summary>401: no key, or one that is not valid.</summary>
    public const string Unauthorized = Prefix + "unauthorized";

    /// <summary>403: the key does not have the scope.</summary>
    public const string Forbidden = Prefix + "forbidden";

    /// <summary>404: there is no such thing, or it is not the caller's.</summary>
    public const string NotFound = Prefix + "not-found";

    /// <summary>405: the route has other methods; <c>Allow</c> names them.</summary>
    public const string MethodNotAllowed = Prefix + "method-not-allowed";

    /// <summary>409: not in the state that it is in.</summary>
    public const string Conflict = Prefix + "conflict";

    /// <summary>413: the body is too large.</summary>
    public const string TooLarge = Prefix + "too-large";

    /// <summary>415: the body is of another kind than the route takes.</summary>
    public const string UnsupportedMedia = Prefix + "unsupported-media-type";

    /// <summary>422: the idempotency key was used before, for another request.</summary>
    public const string KeyReused = Prefix + "idempotency-key-reused";

    /// <summary>429: too many requests.</summary>
    public const string TooMany = Prefix + "too-many-requests";

    /// <summary>503: the store cannot be reached; try again.</summary>
    public const string Unavailable = Prefix + "unavailable";

    /// <summary>500: a fault of the server's, which its log has.</summary>
    public const string Fault = Prefix + "fault";
}
