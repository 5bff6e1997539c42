using WorkerFleet.Sqlite.Database;
using WorkerFleet.Workers;

namespace WorkerFleet.Sqlite;

/// <summary>The shares of limits in the embedded store.</summary>
internal sealed class SqliteLimitShares(SqliteDatabase database) : ILimitShares
{
    // Nobody claims of a limit again once its batch has ended; so each claim clears up behind all of them. Not at once: what
    // the share of a holder who comes late still counts for is the book's decision.
    private const string DeleteForgotten = "DELETE FROM limit_shares WHERE until_ticks < ?1";

    private const string SelectOfLimit = """
        SELECT holder, granted, wanted, until_ticks, since_ticks FROM limit_shares WHERE limit_name = ?1 ORDER BY holder
        """;

    private const string Upsert = """
        INSERT INTO limit_shares (limit_name, holder, granted, wanted, until_ticks, since_ticks)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (limit_name, holder) DO UPDATE SET
            granted = excluded.granted, wanted = excluded.wanted, until_ticks = excluded.until_ticks,
            since_ticks = excluded.since_ticks
        """;

    private const string Deletion = "DELETE FROM limit_shares WHERE limit_name = ?1 AND holder = ?2";

    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(1);

    public async Task<IReadOnlyList<int>> ClaimAsync(
        string holder, IReadOnlyList<ShareClaim> claims, DateTimeOffset now, TimeSpan lease,
        CancellationToken cancellationToken) =>
        claims.Count == 0
            ? []
            : await database.WriteAsync(
                transaction =>
                {
                    transaction.Prepare(DeleteForgotten).Bind(1, (now - ForgottenAfter).UtcTicks).Execute();
                    return claims.Select(claim => Claim(transaction, holder, claim, now, lease)).ToArray();
                },
                cancellationToken);

    public Task ReleaseAsync(string holder, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Prepare("DELETE FROM limit_shares WHERE holder = ?1").Bind(1, holder).Execute(),
            cancellationToken);

    private static int Claim(
        WriteTransaction transaction, string holder, ShareClaim claim, DateTimeOffset now, TimeSpan lease)
    {
        var before = Read(transaction, claim.Limit);
        var (granted, after) = ShareBook.Claim(before, holder, claim, now, lease);
        foreach (var gone in before.ExceptBy(after.Select(share => share.Holder), share => share.Holder))
            transaction.Prepare(Deletion).Bind(1, claim.Limit).Bind(2, gone.Holder).Execute();
        foreach (var share in after.Except(before))
            transaction.Prepare(Upsert)
                .Bind(1, claim.Limit).Bind(2, share.Holder).Bind(3, share.Granted).Bind(4, share.Wanted)
                .Bind(5, share.Until.UtcTicks).Bind(6, share.Since.UtcTicks)
                .Execute();
        return granted;
    }

    private static List<LimitShare> Read(WriteTransaction transaction, string limit)
    {
        var shares = new List<LimitShare>();
        var select = transaction.Prepare(SelectOfLimit).Bind(1, limit);
        while (select.Step())
            shares.Add(new LimitShare(
                select.Text(0), select.Int(1), select.Int(2), select.Instant(3), select.Instant(4)));
        return shares;
    }
}
