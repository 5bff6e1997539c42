using Microsoft.Extensions.Logging;

namespace WorkerFleet.Workers;

/// <summary>Takes leases and keeps them for as long as the work takes.</summary>
public sealed partial class LeaseHolder(
    ILeases leases, WorkerIdentity worker, TimeProvider time, ILogger<LeaseHolder> logger)
{
    /// <summary>How long the work of a process that died keeps others from it.</summary>
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(2);

    /// <returns>To be disposed when the work is done; null when another process holds the lease.</returns>
    public async Task<IAsyncDisposable?> TryTakeAsync(string name, CancellationToken cancellationToken) =>
        await leases.TryTakeAsync(name, worker.Id, time.GetUtcNow(), Duration, cancellationToken)
            ? new Held(this, name)
            : null;

    private async Task RenewAsync(string name, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(RenewInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
                await TryRenewAsync(name, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The work is done.
        }
    }

    private async Task TryRenewAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            // What is done under a lease is safe to do twice: losing it costs work, and no more.
            if (!await leases.TryTakeAsync(name, worker.Id, time.GetUtcNow(), Duration, cancellationToken))
                LogLost(name);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotRenewed(exception, name);
        }
    }

    private async Task ReleaseAsync(string name)
    {
        try
        {
            await leases.ReleaseAsync(name, worker.Id, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The boundary of the work, which is done: the lease runs out by itself.
            LogNotRenewed(exception, name);
        }
    }

    private sealed class Held : IAsyncDisposable
    {
        private readonly LeaseHolder _holder;
        private readonly string _name;
        private readonly CancellationTokenSource _done = new();
        private readonly Task _renewing;

        public Held(LeaseHolder holder, string name)
        {
            _holder = holder;
            _name = name;
            _renewing = holder.RenewAsync(name, _done.Token);
        }

        public async ValueTask DisposeAsync()
        {
            await _done.CancelAsync();
            await _renewing;
            _done.Dispose();
            await _holder.ReleaseAsync(_name);
        }
    }

    [LoggerMessage(1701, LogLevel.Warning, "The lease {Lease} is lost to another process")]
    private partial void LogLost(string lease);

    [LoggerMessage(1702, LogLevel.Warning, "The lease {Lease} could not be renewed or given back")]
    private partial void LogNotRenewed(Exception exception, string lease);
}
