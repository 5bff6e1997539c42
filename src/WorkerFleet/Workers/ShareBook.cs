namespace WorkerFleet.Workers;

/// <summary>How a limit is divided: the rules alone, for every store to apply in one atomic step.</summary>
public static class ShareBook
{
    /// <summary>Applies a claim to the shares of its limit.</summary>
    /// <param name="shares">All shares of the limit, as they are stored.</param>
    /// <param name="holder">Who claims.</param>
    /// <param name="claim">What.</param>
    /// <param name="now">The time.</param>
    /// <param name="lease">How long the share is the holder's.</param>
    /// <returns>The shares to store: without those that ran out, and with the holder's.</returns>
    public static IReadOnlyList<LimitShare> Claim(
        IReadOnlyList<LimitShare> shares, string holder, ShareClaim claim, DateTimeOffset now, TimeSpan lease) =>
        throw new NotImplementedException();
}

/// <param name="Holder">Id of the worker.</param>
/// <param name="Granted">Its part of the limit.</param>
/// <param name="Wanted">What it could use.</param>
/// <param name="Until">When it runs out.</param>
/// <param name="Since">Since when it has had any part at all, for taking turns where there are more workers than parts.</param>
public sealed record LimitShare(string Holder, int Granted, int Wanted, DateTimeOffset Until, DateTimeOffset Since);
