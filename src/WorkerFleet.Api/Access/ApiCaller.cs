using System.Security.Claims;

namespace WorkerFleet.Api.Access;

/// <summary>Who makes a request.</summary>
/// <param name="Owner">Whose batches it is about; null: those of all.</param>
/// <param name="Name">Of the key, for the audit log.</param>
/// <param name="KeyId">Id of the key; null for a caller on this machine who needs none.</param>
public sealed record ApiCaller(string? Owner, string Name, string? KeyId = null)
{
    /// <summary>Type of the claim with the owner; there is none where the caller sees all.</summary>
    public const string OwnerClaim = "owner";

    /// <summary>Type of the claim with a scope.</summary>
    public const string ScopeClaim = "scope";

    /// <summary>Type of the claim with the id of the key.</summary>
    public const string KeyClaim = "key";

    public static ApiCaller Of(ClaimsPrincipal user) => new(
        user.FindFirst(OwnerClaim)?.Value, user.Identity?.Name ?? "", user.FindFirst(KeyClaim)?.Value);

    /// <summary>Whether a batch of that owner is this caller's to see and to act on.</summary>
    public bool Sees(string owner) => Owner is null || Owner == owner;
}
