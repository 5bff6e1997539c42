using WorkerFleet.Storage;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Fakes;

/// <summary>The book of shares that several workers of a test have in common.</summary>
internal sealed class InMemoryLimitShares : ILimitShares
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, IReadOnlyList<LimitShare>> _limits = [];

    public int Claims { get; private set; }

    public bool IsOutOfReach { get; set; }

    /// <summary>What claims wait for before they are answered.</summary>
    public Task Answer { get; set; } = Task.CompletedTask;

    public async Task<IReadOnlyList<int>> ClaimAsync(
        string holder, IReadOnlyList<ShareClaim> claims, DateTimeOffset now, TimeSpan lease,
        CancellationToken cancellationToken)
    {
        if (IsOutOfReach)
            throw new StoreException(StoreFault.NotWritable, "It is out of reach.");
        int[] answer;
        lock (_lock)
        {
            Claims++;
            answer = [.. claims.Select(claim =>
            {
                var grant = ShareBook.Claim(_limits.GetValueOrDefault(claim.Limit, []), holder, claim, now, lease);
                _limits[claim.Limit] = grant.Shares;
                return grant.Share;
            })];
        }

        await Answer;
        return answer;
    }

    public Task ReleaseAsync(string holder, CancellationToken cancellationToken)
    {
        lock (_lock)
            foreach (var (limit, shares) in _limits.ToList())
                _limits[limit] = [.. shares.Where(share => share.Holder != holder)];
        return Task.CompletedTask;
    }

    public int GrantedTo(string holder)
    {
        lock (_lock)
            return _limits.Values.SelectMany(shares => shares).Where(share => share.Holder == holder).Sum(share => share.Granted);
    }
}
