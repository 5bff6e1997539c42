namespace WorkerFleet.Access;

/// <summary>Keeps the keys of the HTTP API.</summary>
public interface IApiKeys
{
    /// <summary>Most keys that are kept: whoever checks requests holds all of them in memory.</summary>
    const int Max = 1_000;

    /// <returns>False when there is one with this id.</returns>
    Task<bool> AddAsync(ApiKey key, CancellationToken cancellationToken);

    /// <returns>Null when there is none.</returns>
    Task<ApiKey?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>All of them, revoked and expired ones too, in the order of their ids.</summary>
    Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Takes a key back for good; the first time counts.</summary>
    /// <returns>False when there is no such key.</returns>
    Task<bool> RevokeAsync(string id, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Forgets a key. May be repeated.</summary>
    Task RemoveAsync(string id, CancellationToken cancellationToken);
}
