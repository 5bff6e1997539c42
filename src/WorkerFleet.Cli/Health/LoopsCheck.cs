using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace WorkerFleet.Cli.Health;

/// <summary>
/// Whether one of the process's loops has failed for good. That a loop waits is no reason to end the process: it waits for
/// the store or the broker, which another process would have to wait for too.
/// </summary>
internal sealed class LoopsCheck(IServiceProvider services) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        // Only asked for here: the server is itself one of the hosted services.
        var failed = services.GetServices<IHostedService>().OfType<BackgroundService>()
            .Where(loop => loop.ExecuteTask is { IsFaulted: true })
            .Select(loop => loop.GetType().Name)
            .ToList();
        return Task.FromResult(failed.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"failed for good: {string.Join(", ", failed)}"));
    }
}
