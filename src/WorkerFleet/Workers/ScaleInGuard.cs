using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Items;

namespace WorkerFleet.Workers;

/// <summary>
/// Keeps the platform from choosing this process for scale-in while rows are in flight, and gives the protection back when
/// there have been none for a while, or all are done with when the process stops. What the platform says to it touches
/// no row: one that is cut short is worked on again.
/// </summary>
public sealed partial class ScaleInGuard : BackgroundService
{
    /// <summary>
    /// Between looks at what is in flight: the time a row may have run before protection is asked for.
    /// </summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Giving it back when the process stops is tried once, for so long.</summary>
    private static readonly TimeSpan LongestRelease = TimeSpan.FromSeconds(3);

    private readonly IScaleInProtection _protection;
    private readonly InvocationGovernor _governor;
    private readonly InFlightItems _items;
    private readonly ScaleInOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ScaleInGuard> _logger;
    private readonly ScaleInRules _rules;
    private readonly long _origin;
    private long _settled;
    private bool _failed;
    private volatile bool _isHeld;

    public ScaleInGuard(
        IScaleInProtection protection, InvocationGovernor governor, InFlightItems items, ScaleInOptions options,
        TimeProvider time, ILogger<ScaleInGuard> logger)
    {
        (_protection, _governor, _items, _options, _time, _logger) = (protection, governor, items, options, time, logger);
        _origin = time.GetTimestamp();
        _rules = new(options, Now);
    }

    /// <summary>Whether the platform has said that it spares this process, and the time for it is not over.</summary>
    public bool IsHeld => _isHeld;

    private TimeSpan Now => _time.GetElapsedTime(_origin);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!_rules.IsPerhapsHeld(Now))
            return;
        // The time that the host has for stopping can be over by now, after a long drain.
        using var limit = new CancellationTokenSource(LongestRelease, _time);
        try
        {
            await SetAsync(false, limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // It ends with the task.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var settled = _items.Settled;
            // Rows that come and go between two looks count as well.
            var isBusy = _governor.InFlight > 0 || settled != _settled;
            _settled = settled;
            if (_rules.Next(Now, isBusy) is { } isProtected)
                await SetAsync(isProtected, stoppingToken);
            _isHeld = _rules.IsHeld(Now);
            await Task.Delay(Interval, _time, stoppingToken);
        }
    }

    private async Task SetAsync(bool isProtected, CancellationToken cancellationToken)
    {
        var begunAt = Now;
        _rules.Begin(begunAt, isProtected);
        if (await AskAsync(isProtected, cancellationToken) is not { } problem)
        {
            _rules.Succeed(begunAt, isProtected);
            if (_failed)
                LogWorksAgain();
            _failed = false;
            return;
        }

        var isFirst = _rules.Fail(Now, Random.Shared.NextDouble());
        _failed = true;
        if (!isFirst)
            return;
        if (isProtected)
            LogNotProtected(problem);
        else
            LogNotGivenBack(problem);
    }

    private async Task<string?> AskAsync(bool isProtected, CancellationToken cancellationToken)
    {
        try
        {
            return await _protection.SetAsync(isProtected, _options.ProtectFor, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever it is, it must not end the process, and with it what is in flight.
            return exception.Message;
        }
    }

    [LoggerMessage(1880, LogLevel.Warning,
        "This task is not protected from scale-in: {Problem}. No row is lost by it: what is cut short is worked on again. " +
        "It is tried again")]
    private partial void LogNotProtected(string problem);

    [LoggerMessage(1881, LogLevel.Warning,
        "The protection from scale-in is not given back: {Problem}. It is tried again, and ends by itself")]
    private partial void LogNotGivenBack(string problem);

    [LoggerMessage(1882, LogLevel.Warning, "The protection from scale-in works again")]
    private partial void LogWorksAgain();
}
