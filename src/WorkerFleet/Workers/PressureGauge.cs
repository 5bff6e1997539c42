using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WorkerFleet.Workers;

/// <summary>
/// Looks every second at what the process uses, and takes fewer items at a time while that is too much; see
/// <see cref="PressureRules"/>.
/// </summary>
public sealed partial class PressureGauge(
    InvocationGovernor governor, IResourceMeter meter, WorkerOptions options, TimeProvider time,
    ILogger<PressureGauge> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly PressureRules _rules = new(options.Concurrency);
    private volatile string? _note;

    /// <summary>Why fewer items are taken than could be; null when there is no pressure.</summary>
    public string? Note => _note;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (at, cpuTime) = (time.GetTimestamp(), meter.Read().CpuTime);
        while (true)
        {
            await Task.Delay(Interval, time, stoppingToken);
            var reading = meter.Read();
            var passed = time.GetElapsedTime(at);
            var used = (reading.CpuTime - cpuTime) / (passed * reading.Processors);
            (at, cpuTime) = (time.GetTimestamp(), reading.CpuTime);
            Apply(reading, used, passed - Interval);
        }
    }

    private void Apply(ResourceReading reading, double cpu, TimeSpan late)
    {
        var memory = (double)reading.MemoryBytes / reading.MemoryLimitBytes;
        if (_rules.Apply(memory, reading.MemoryLimitBytes, cpu, late))
            meter.Relieve();
        governor.Capacity = _rules.Capacity;
        var before = _note;
        _note = _rules.Note;
        if (before is null && _note is not null)
            LogPressure(_note);
        else if (before is not null && _note is null)
            LogPressureOver(options.Concurrency);
    }

    [LoggerMessage(1611, LogLevel.Warning, "Under pressure: {Note}")]
    private partial void LogPressure(string note);

    [LoggerMessage(1612, LogLevel.Information, "The pressure is over: takes {Concurrency} items at a time again")]
    private partial void LogPressureOver(int concurrency);
}
