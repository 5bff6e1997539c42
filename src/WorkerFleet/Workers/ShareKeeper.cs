using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Storage;

namespace WorkerFleet.Workers;

/// <summary>
/// Keeps this process's shares of the limits: asks for what its items could use, and gives back what they do not. A process
/// alone has the whole of every limit, and asks nobody.
/// </summary>
public sealed partial class ShareKeeper(
    InvocationGovernor governor, WorkerIdentity worker, WorkerOptions options, StorePace pace, TimeProvider time,
    ILogger<ShareKeeper> logger, ILimitShares? shares = null) : BackgroundService
{
    /// <summary>How long a share stays this worker's when it says nothing any more.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    /// <summary>Between looks at the leases of what was granted, and at what is held up by it.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two claims, whatever happens: what happens meanwhile is claimed in one.</summary>
    private static readonly TimeSpan LeastInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>A share is not used to the last moment of its lease: this process looks at intervals only.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(1);

    /// <summary>Null in a process that is alone.</summary>
    private readonly ILimitShares? _shares = options.Embedded
        ? null
        : shares ?? throw new InvalidOperationException("A worker that is not embedded needs a store with shares of limits.");

    private bool _failed;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_shares is null)
            return;
        try
        {
            foreach (var limit in governor.Limits.Where(limit => limit.OutlivesProcess))
                await KeepWhatLivesOnAsync(_shares, limit, cancellationToken);
            await _shares.ReleaseAsync(worker.Id, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogReleaseFailed(exception);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var change = Task.CompletedTask;
        long? claimed = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            governor.RefreshTotals();
            if (_shares is not null && (change.IsCompleted || claimed is not { } at || time.GetElapsedTime(at) >= pace.Share))
            {
                claimed = time.GetTimestamp();
                await ClaimAllAsync(_shares, stoppingToken);
            }
            else
            {
                EndRunOut();
            }

            governor.TurnAwayHeld();
            governor.ForgetUnused(ForgetAfter);
            await Task.Delay(LeastInterval, time, stoppingToken);
            if (change.IsCompleted)
                change = governor.Changes.WaitToReadAsync(stoppingToken).AsTask();
            await Task.WhenAny(change, Task.Delay(Interval - LeastInterval, time, stoppingToken));
            governor.Changes.TryRead(out _);
        }
    }

    private async Task ClaimAllAsync(ILimitShares store, CancellationToken cancellationToken)
    {
        var asked = new List<(SharedLimit Limit, ShareClaim Claim)>();
        foreach (var limit in governor.Limits)
            if (ClaimOf(limit) is { } claim)
                asked.Add((limit, claim));
        foreach (var group in asked.GroupBy(each => (each.Limit.OutlivesProcess, each.Limit.Lease)))
            await ClaimAsync(store, HolderOf(group.First().Limit), [.. group], group.Key.Lease, cancellationToken);
    }

    private async Task ClaimAsync(
        ILimitShares store, string holder, IReadOnlyList<(SharedLimit Limit, ShareClaim Claim)> asked, TimeSpan lease,
        CancellationToken cancellationToken)
    {
        var validUntil = time.GetTimestamp()
            + (long)((lease - Margin).TotalSeconds * time.TimestampFrequency);
        try
        {
            // A claim that takes long is waited for: a second one could be carried out before the first.
            var claiming = store.ClaimAsync(
                holder, [.. asked.Select(each => each.Claim)], time.GetUtcNow(), lease, cancellationToken);
            while (await Task.WhenAny(claiming, Task.Delay(Interval, time, cancellationToken)) != claiming)
                EndRunOut();
            var granted = await claiming;
            for (var i = 0; i < asked.Count; i++)
                Take(asked[i].Limit, asked[i].Claim, granted[i], validUntil);
            _failed = false;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            EndRunOut();
            if (!_failed)
                LogClaimFailed(exception, lease.TotalSeconds);
            _failed = true;
        }
    }

    /// <summary>
    /// Reserves what lives on, until its lease ends, by when it has ended as well: as a worker's that died is.
    /// </summary>
    private Task KeepWhatLivesOnAsync(ILimitShares store, SharedLimit limit, CancellationToken cancellationToken) =>
        store.ClaimAsync(
            HolderOf(limit), [new(limit.Name, limit.Total, limit.Use.InUse, 0)], time.GetUtcNow(), limit.Lease,
            cancellationToken);

    /// <summary>What lives on has a holder of its own, which is never released.</summary>
    private string HolderOf(SharedLimit limit) => limit.OutlivesProcess ? $"{worker.Id}/live" : worker.Id;

    /// <returns>Null when there is nothing to say.</returns>
    private static ShareClaim? ClaimOf(SharedLimit limit)
    {
        var use = limit.Use.Read();
        var wanted = Math.Min(use.Wanted, limit.Total);
        // What may be begun before the answer is there has to be kept as well.
        var keep = Math.Max(use.InUse, use.Capacity);
        if (wanted == 0 && keep == 0 && limit is { Wanted: 0, Owes: false })
            return null;
        limit.Wanted = wanted;
        return new(limit.Name, limit.Total, keep, wanted);
    }

    private void Take(SharedLimit limit, ShareClaim claim, int share, long validUntil)
    {
        limit.Grant(share, validUntil);
        limit.Owes = share < claim.InUse;
        // What is not in use can be given back at once; the rest with each invocation that ends.
        if (limit.Owes && limit.Use.InUse < claim.InUse)
            governor.SignalChange();
    }

    private void EndRunOut()
    {
        var now = time.GetTimestamp();
        foreach (var limit in governor.Limits)
            limit.RunOut(now);
    }

    [LoggerMessage(1601, LogLevel.Warning,
        "Shares of limits cannot be claimed; trying again. Nothing new is begun {LeaseSeconds} s after the last claim")]
    private partial void LogClaimFailed(Exception exception, double leaseSeconds);

    [LoggerMessage(1602, LogLevel.Warning, "Shares of limits could not be given back; others get them when they run out")]
    private partial void LogReleaseFailed(Exception exception);
}
