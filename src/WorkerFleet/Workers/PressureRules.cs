using System.Globalization;

namespace WorkerFleet.Workers;

/// <summary>How many items a process takes at a time when memory or processors run short: the rules alone.</summary>
/// <remarks>
/// Memory: above 85 % first garbage is given back, then the capacity is halved each second; it comes back in eighths once
/// below 75 %. Processors: a busy process is a good one, so that use alone says nothing; only where timers are late as well,
/// it has more to do than it can, and takes down to half of its items.
/// </remarks>
/// <param name="concurrency">Items at a time without pressure.</param>
public sealed class PressureRules(int concurrency)
{
    private const double MemoryHigh = 0.85;
    private const double MemoryLow = 0.75;
    private const double CpuHigh = 0.90;
    private const int CpuSamples = 5;
    private static readonly TimeSpan LateHigh = TimeSpan.FromMilliseconds(500);

    private readonly Queue<(double Cpu, TimeSpan Late)> _samples = new();
    private readonly int _full = concurrency;
    private bool _relieved;

    /// <summary>Items at a time now.</summary>
    public int Capacity { get; private set; } = concurrency;

    /// <summary>Why it is fewer than it could be; null when it is not.</summary>
    public string? Note { get; private set; }

    /// <summary>Takes in a second's figures.</summary>
    /// <param name="memory">Share of the memory that is used, from 0.</param>
    /// <param name="memoryLimitBytes">Of how much.</param>
    /// <param name="cpu">Share of the processors that was used, from 0.</param>
    /// <param name="late">How late the timer was.</param>
    /// <returns>Whether memory that is held for nothing is to be given back.</returns>
    public bool Apply(double memory, long memoryLimitBytes, double cpu, TimeSpan late)
    {
        _samples.Enqueue((cpu, late));
        if (_samples.Count > CpuSamples)
            _samples.Dequeue();

        var relieve = memory > MemoryHigh && !_relieved;
        _relieved = memory > MemoryLow && (_relieved || relieve);
        string? cause = null;
        if (memory > MemoryHigh)
        {
            cause = string.Create(CultureInfo.InvariantCulture,
                $"memory at {memory * 100:F0} % of {memoryLimitBytes / (1024 * 1024)} MiB");
            if (!relieve)
                Capacity = Math.Max(1, Capacity / 2);
        }
        else if (IsCpuShort())
        {
            cause = string.Create(CultureInfo.InvariantCulture,
                $"processors at {_samples.Average(sample => sample.Cpu) * 100:F0} %, timers {AverageLate().TotalMilliseconds:F0} ms late");
            // Not below half, and not back to it where memory has cut further.
            Capacity = Math.Min(Capacity, Math.Max((_full + 1) / 2, Capacity - Step));
        }
        else if (memory < MemoryLow)
        {
            Capacity = Math.Min(_full, Capacity + Step);
        }

        if (Capacity == _full)
            Note = null;
        else
            Note = string.Create(CultureInfo.InvariantCulture,
                $"{cause ?? "recovers from pressure"}: takes {Capacity} of {_full} items at a time");
        return relieve;
    }

    private int Step => Math.Max(1, _full / 8);

    private bool IsCpuShort() => _samples.Count == CpuSamples
        && _samples.Average(sample => sample.Cpu) >= CpuHigh && AverageLate() > LateHigh;

    private TimeSpan AverageLate() => TimeSpan.FromTicks((long)_samples.Average(sample => sample.Late.Ticks));
}
