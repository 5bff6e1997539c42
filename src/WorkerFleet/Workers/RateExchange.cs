using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.Storage;

namespace WorkerFleet.Workers;

/// <summary>
/// Has the workers that are throttled by an agent call it equally often: each takes the mean of what they say in the register.
/// Which of them meets the end of a quota is chance, and whoever was slowed most would keep its items longest.
/// </summary>
public sealed partial class RateExchange(
    InvocationGovernor governor, IWorkerRegistry registry, WorkerIdentity worker, StorePace pace, TimeProvider time,
    ILogger<RateExchange> logger) : BackgroundService
{
    /// <summary>Heartbeats after which a worker's word does not count any more.</summary>
    private const int Beats = 5;

    private bool _failed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(pace.Report * 2, time, stoppingToken);
            if (governor.AgentLevels().Count == 0)
                continue;
            try
            {
                Agree(await registry.ListAsync(time.GetUtcNow() - (pace.Report * Beats), stoppingToken));
                _failed = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (!_failed)
                    LogFailed(exception);
                _failed = true;
            }
        }
    }

    private void Agree(IReadOnlyList<WorkerRecord> workers)
    {
        foreach (var (agent, own) in governor.AgentLevels())
        {
            var all = workers.Where(other => other.Id != worker.Id && other.AgentLevels.ContainsKey(agent))
                .Select(other => other.AgentLevels[agent])
                .Append(own)
                .ToList();
            if (all.Count > 1)
                governor.Agree(agent, all.Average());
        }
    }

    [LoggerMessage(1641, LogLevel.Warning, "The rates of other workers cannot be read; trying again")]
    private partial void LogFailed(Exception exception);
}
