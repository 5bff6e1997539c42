using WorkerFleet.Access;

namespace WorkerFleet.Cli.Commands.Keys;

/// <summary>A key, for scripts.</summary>
/// <param name="Id">Its public part.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Owner">Null: all owners.</param>
/// <param name="Scopes">What it allows.</param>
/// <param name="Status">usable, expired or revoked.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">Null: never.</param>
/// <param name="RevokedAt">Null: it was not.</param>
/// <param name="Key">The key itself, only when it is made.</param>
internal sealed record ApiKeyJson(
    string Id, string Name, string? Owner, IReadOnlyList<string> Scopes, string Status, DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt, string? Key = null)
{
    public const string Usable = "usable";

    public static ApiKeyJson Of(ApiKey key, DateTimeOffset now) => new(
        key.Id, key.Name, key.Owner, key.Scopes, StatusOf(key, now), key.CreatedAt, key.ExpiresAt, key.RevokedAt);

    public static string StatusOf(ApiKey key, DateTimeOffset now) =>
        key.RevokedAt <= now ? "revoked" : key.IsUsable(now) ? Usable : "expired";
}
