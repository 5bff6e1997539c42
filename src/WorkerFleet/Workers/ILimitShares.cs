namespace WorkerFleet.Workers;

/// <summary>
/// Divides limits that hold for the whole fleet (invocations of a batch, of an agent) among its workers. The shares of a
/// limit never add up to more than the limit, in any order of claims and however workers die.
/// </summary>
public interface ILimitShares
{
    /// <summary>
    /// States what the holder uses and wants of some limits, and gets its shares anew; renews them for
    /// <paramref name="lease"/>. One atomic step for each limit. The rules are those of <see cref="ShareBook"/>.
    /// </summary>
    /// <returns>
    /// The holder's share of each claim, in their order: <see cref="ShareGrant.Share"/>, what it may have in use when it
    /// begins another. Can be below what the claim says is in use, which stays reserved for it until it claims less.
    /// </returns>
    Task<IReadOnlyList<int>> ClaimAsync(
        string holder, IReadOnlyList<ShareClaim> claims, DateTimeOffset now, TimeSpan lease,
        CancellationToken cancellationToken);

    /// <summary>Gives back all that the holder has, of every limit: it ends in order.</summary>
    Task ReleaseAsync(string holder, CancellationToken cancellationToken);
}

/// <param name="Limit">Name of the limit: <c>batch/{id:N}</c> or <c>agent/{name}</c>.</param>
/// <param name="Total">What it is for the whole fleet, 1 or more.</param>
/// <param name="InUse">
/// Of what is reserved for the holder, what it needs to keep: what is in use, and what it may begin before it has read the
/// answer.
/// </param>
/// <param name="Wanted">What the holder could use at once, what is in use included; 0 when it has no work.</param>
public sealed record ShareClaim(string Limit, int Total, int InUse, int Wanted);
