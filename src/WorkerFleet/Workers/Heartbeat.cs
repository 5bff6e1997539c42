using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Storage;

namespace WorkerFleet.Workers;

/// <summary>Says again and again in the register that this process lives, and how it is.</summary>
public sealed partial class Heartbeat(
    IWorkerRegistry registry, WorkerIdentity worker, IEnumerable<FleetRole> roles, IEnumerable<WorkerLoad> loads,
    IEnumerable<IBusyBatches> busy, IResourceMeter meter, IHostApplicationLifetime lifetime, StorePace pace,
    TimeProvider time, ILogger<Heartbeat> logger) : BackgroundService
{
    /// <summary>What has not been seen for longer is gone from the register.</summary>
    public static readonly TimeSpan KeepFor = TimeSpan.FromDays(1);

    private static readonly TimeSpan CleanInterval = TimeSpan.FromMinutes(10);

    /// <summary>What rates are taken over.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    /// <summary>Batches told of in one heartbeat.</summary>
    private const int MaxActivities = 20;

    private static readonly IReadOnlyDictionary<int, int> NoLatencies = new Dictionary<int, int>();

    private static readonly string Version =
        (Assembly.GetEntryAssembly() ?? typeof(Heartbeat).Assembly)
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private readonly Queue<(long At, long Settled, TimeSpan CpuTime)> _samples = new();
    private readonly WorkerLoad? _load = loads.FirstOrDefault();
    private long? _cleanedAt;
    private bool _told;
    private bool _failed;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await registry.RemoveAsync(worker.Id, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(exception);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await BeatAsync(stoppingToken);
            // That it stops is said at once.
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(
                stoppingToken, _told ? CancellationToken.None : lifetime.ApplicationStopping);
            await Task.Delay(pace.Report, time, wait.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        try
        {
            _told = lifetime.ApplicationStopping.IsCancellationRequested;
            await registry.PutAsync(Read(), cancellationToken);
            if (_cleanedAt is not { } cleanedAt || time.GetElapsedTime(cleanedAt) >= CleanInterval)
            {
                await registry.RemoveBeforeAsync(time.GetUtcNow() - KeepFor, cancellationToken);
                _cleanedAt = time.GetTimestamp();
            }

            _failed = false;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (!_failed)
                LogFailed(exception);
            _failed = true;
        }
    }

    /// <summary>The busiest first, so that what does not fit is what matters least.</summary>
    private IReadOnlyList<BatchActivity> ReadActivity(DateTimeOffset now)
    {
        if (_load is null)
            return [];
        var (inFlight, latencies) = (_load.Items.CallsByBatch(), _load.Items.Latencies.Read(now));
        return [.. inFlight.Keys.Union(latencies.Keys)
            .Select(batchId => new BatchActivity(
                batchId, inFlight.GetValueOrDefault(batchId), latencies.GetValueOrDefault(batchId) ?? NoLatencies))
            .OrderByDescending(activity => activity.InFlight)
            .Take(MaxActivities)];
    }

    private WorkerRecord Read()
    {
        var now = time.GetUtcNow();
        var reading = meter.Read();
        var newest = (At: time.GetTimestamp(), Settled: _load?.Items.Settled ?? 0, reading.CpuTime);
        while (_samples.TryPeek(out var old) && time.GetElapsedTime(old.At, newest.At) > Window)
            _samples.Dequeue();
        var oldest = _samples.TryPeek(out var first) ? first : newest;
        _samples.Enqueue(newest);
        var passed = time.GetElapsedTime(oldest.At, newest.At);
        var note = _load?.Pressure.Note;
        return new()
        {
            Id = worker.Id,
            Host = Environment.MachineName,
            Version = Version,
            Roles = [.. roles.Select(role => role.Name).Distinct().Order(StringComparer.Ordinal)],
            StartedAt = _startedAt,
            SeenAt = now,
            Status = _told ? WorkerStatus.Draining : note is null ? WorkerStatus.Running : WorkerStatus.Pressed,
            Note = note,
            AgentNotes = _load?.Governor.AgentNotes() ?? [],
            AgentLevels = _load?.Governor.AgentLevels() ?? new Dictionary<string, double>(),
            IsProtected = _load?.Guard?.IsHeld ?? false,
            InFlight = _load?.Governor.InFlight ?? 0,
            Capacity = _load?.Governor.Capacity ?? 0,
            Concurrency = _load?.Options.Concurrency ?? 0,
            ItemsPerSecond = passed > TimeSpan.Zero ? (newest.Settled - oldest.Settled) / passed.TotalSeconds : 0,
            MemoryBytes = reading.MemoryBytes,
            MemoryLimitBytes = reading.MemoryLimitBytes,
            Cpu = passed > TimeSpan.Zero
                ? Math.Clamp((reading.CpuTime - oldest.CpuTime) / (passed * reading.Processors), 0, 1)
                : 0,
            Batches = [.. busy.SelectMany(each => each.Batches()).Distinct()],
            Activity = ReadActivity(now),
        };
    }

    [LoggerMessage(1621, LogLevel.Warning, "The register of workers cannot be written; trying again")]
    private partial void LogFailed(Exception exception);
}
