namespace WorkerFleet.Access;

/// <summary>A key of the HTTP API as it is stored: without its secret, which only its holder has.</summary>
public sealed record ApiKey
{
    /// <summary>Longest name and owner, in characters.</summary>
    public const int MaxNameLength = 100;

    /// <summary>Public part of the key, by which it is found, listed and revoked.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// SHA-256 of the secret, in hexadecimal. A slow hash would protect secrets that can be guessed; this one has 256
    /// random bits, which nobody gets through however fast a guess is, and it has to be checked with each request.
    /// </summary>
    public required string SecretHash { get; init; }

    /// <summary>What it is for, for people; may be empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>Whose batches it is good for; null: those of all owners.</summary>
    public string? Owner { get; init; }

    /// <summary>What it allows; each is granted by itself.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it stops being good; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When somebody took it back; null: it was not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When it stopped being good, or will; null: it does not.</summary>
    public DateTimeOffset? EndsAt => RevokedAt < ExpiresAt ? RevokedAt : ExpiresAt ?? RevokedAt;

    public bool IsUsable(DateTimeOffset now) => EndsAt is not { } end || now < end;
}
