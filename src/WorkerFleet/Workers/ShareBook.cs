namespace WorkerFleet.Workers;

/// <summary>How a limit is divided: the rules alone, for every store to apply in one atomic step.</summary>
/// <remarks>
/// A limit is divided evenly among the holders that want some of it; who wants less than its part leaves the rest to the
/// others. Nobody is ever robbed: a holder shrinks at its own claim only, and what it has not given back yet is nobody
/// else's. Where there are fewer parts than holders, they take turns.
/// </remarks>
public static class ShareBook
{
    /// <summary>How long a holder may keep a part that another one, which has none, waits for.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    /// <summary>Applies a claim to the shares of its limit.</summary>
    /// <param name="shares">All shares of the limit, as they are stored.</param>
    /// <param name="holder">Who claims.</param>
    /// <param name="claim">What.</param>
    /// <param name="now">The time.</param>
    /// <param name="lease">How long the share is the holder's; the same for every holder.</param>
    /// <returns>The holder's share, and the shares to store.</returns>
    public static ShareGrant Claim(
        IReadOnlyList<LimitShare> shares, string holder, ShareClaim claim, DateTimeOffset now, TimeSpan lease)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(claim.Total, 1);
        var others = shares.Where(share => share.Holder != holder && share.Until >= now).ToList();
        // The holder's own share counts even when it ran out: it is still stored, so that nobody else has it yet.
        var before = shares.FirstOrDefault(share => share.Holder == holder);
        var had = before?.Granted ?? 0;
        var mine = new LimitShare(holder, had, Math.Max(0, claim.Wanted), now + lease, before?.Since ?? now);

        // Who has not claimed for a while is dead, or cannot reach the store. What it has is its own until the lease ends,
        // but nothing more is kept for it.
        var silentBefore = now + lease - (lease / 3);
        var silent = others.Where(share => share.Until < silentBefore).Sum(share => share.Granted);
        var hungry = others.Where(share => share.Wanted > 0 && share.Until >= silentBefore).ToList();
        if (mine.Wanted > 0)
            hungry.Add(mine);
        var target = TargetOf(mine, hungry, Math.Max(0, claim.Total - silent), now);

        var free = Math.Max(0, claim.Total - had - others.Sum(share => share.Granted));
        var granted = target >= had
            ? Math.Min(target, had + free)
            : Math.Max(target, Math.Min(claim.InUse, had));
        others.Add(mine with { Granted = granted, Since = granted > 0 == had > 0 ? mine.Since : now });
        return new(Math.Min(granted, target), others);
    }

    private static int TargetOf(LimitShare mine, List<LimitShare> hungry, int total, DateTimeOffset now)
    {
        if (mine.Wanted == 0)
            return 0;
        return total < hungry.Count
            ? InTurn(hungry, now).Take(total).Contains(mine) ? 1 : 0
            : EvenPart(mine, hungry, total);
    }

    /// <summary>Max-min fair; what does not divide evenly goes to the first by id.</summary>
    private static int EvenPart(LimitShare mine, List<LimitShare> hungry, int total)
    {
        var (left, rest) = (total, hungry.Count);
        foreach (var share in hungry.OrderBy(share => share.Wanted).ThenByDescending(share => share.Holder, StringComparer.Ordinal))
        {
            var part = Math.Min(share.Wanted, left / rest);
            if (share == mine)
                return part;
            left -= part;
            rest--;
        }

        return 0;
    }

    /// <summary>Those whose turn it is come first: who has begun one, who waits for one, and who has had one.</summary>
    private static IEnumerable<LimitShare> InTurn(List<LimitShare> hungry, DateTimeOffset now) => hungry
        .OrderBy(share => share.Granted == 0 ? 1 : now - share.Since <= Turn ? 0 : 2)
        .ThenBy(share => share.Granted == 0 ? share.Since.UtcTicks : -share.Since.UtcTicks)
        .ThenBy(share => share.Holder, StringComparer.Ordinal);
}

/// <param name="Share">
/// What the holder may have in use when it begins another. Below what is reserved for it in <paramref name="Shares"/>
/// while it has more in use than its part: what finishes is not to be followed by another then.
/// </param>
/// <param name="Shares">The shares to store: without those that ran out, and with the holder's.</param>
public sealed record ShareGrant(int Share, IReadOnlyList<LimitShare> Shares);

/// <param name="Holder">Id of the worker.</param>
/// <param name="Granted">Its part of the limit: reserved for it, whether in use or not.</param>
/// <param name="Wanted">What it could use.</param>
/// <param name="Until">When it runs out.</param>
/// <param name="Since">
/// Since when it has had any part at all, or has had none: for taking turns where there are more workers than parts.
/// </param>
public sealed record LimitShare(string Holder, int Granted, int Wanted, DateTimeOffset Until, DateTimeOffset Since);
