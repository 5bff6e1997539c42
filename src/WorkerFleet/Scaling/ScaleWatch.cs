using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Scheduling;
using WorkerFleet.Workers;

namespace WorkerFleet.Scaling;

/// <summary>
/// Looks again and again how much there is to do and who does it, for scalers and dashboards. One process of the
/// fleet does, under a lease; the others publish nothing, so that no number is there twice.
/// </summary>
public sealed partial class ScaleWatch(
    ScaleReader reader, ISchedule schedule, ILeases leases, WorkerIdentity worker, ScaleOptions options,
    TimeProvider time, ILogger<ScaleWatch> logger) : BackgroundService
{
    private const string LeaseName = "scale";

    /// <summary>Messages of the schedule that are counted at most, so that counting stays cheap.</summary>
    public const int MaxDepth = 10_000;

    /// <summary>
    /// What comes to an item a second in long calls is no steady number: rates are taken over so many looks.
    /// </summary>
    private const int Looks = 4;

    /// <summary>Counting what waits costs more the more it is.</summary>
    private static readonly TimeSpan DepthInterval = TimeSpan.FromMinutes(1);

    private readonly Queue<double> _rates = new();
    private long? _countedAt;
    private int? _depth;
    private bool _failed;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        ScaleMetrics.Withdraw(this);
        try
        {
            await leases.ReleaseAsync(LeaseName, worker.Id, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(exception);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Interval, time);
        do
        {
            try
            {
                await LookAsync(stoppingToken);
                _failed = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // What was known is old; no number is better than a wrong one.
                Forget();
                if (!_failed)
                    LogFailed(exception);
                _failed = true;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        // Long enough that who has it keeps it, by taking it anew with each look.
        if (!await leases.TryTakeAsync(LeaseName, worker.Id, time.GetUtcNow(), options.Interval * 2.5, cancellationToken))
        {
            Forget();
            return;
        }

        var look = await reader.ReadAsync(cancellationToken);
        if (_countedAt is not { } at || time.GetElapsedTime(at) >= DepthInterval)
        {
            _depth = await schedule.CountAsync(MaxDepth, cancellationToken);
            _countedAt = time.GetTimestamp();
        }

        _rates.Enqueue(look.Input.ItemsPerSecond);
        while (_rates.Count > Looks)
            _rates.Dequeue();
        var reading = ScaleRule.Of(look.Input with { ItemsPerSecond = _rates.Average() }, options.AcceptableTime);
        ScaleMetrics.Publish(this, reading, look.Batches, _depth);
    }

    private void Forget()
    {
        _rates.Clear();
        (_countedAt, _depth) = (null, null);
        ScaleMetrics.Withdraw(this);
    }

    [LoggerMessage(1801, LogLevel.Warning, "How many workers are wanted cannot be worked out; trying again")]
    private partial void LogFailed(Exception exception);
}
