using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Health;

/// <summary>Whether the store answers a small read in time.</summary>
internal sealed class StoreCheck(IBatchStore batches, TimeProvider time) : IHealthCheck
{
    /// <summary>Shorter than a probe's patience usually is, so that the probe learns why.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        try
        {
            await batches.ListAsync(before: null, unfinishedOnly: false, limit: 1, cancellationToken)
                .WaitAsync(Limit, time, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (TimeoutException)
        {
            return HealthCheckResult.Unhealthy($"the store did not answer within {Limit.TotalSeconds:0} s");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"the store cannot be read: {SafeText.Line(exception.Message)}");
        }
    }
}
