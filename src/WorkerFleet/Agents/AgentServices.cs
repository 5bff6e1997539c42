using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace WorkerFleet.Agents;

/// <summary>Registers the agents.</summary>
public static class AgentServices
{
    /// <summary>
    /// Adds <see cref="IAgentCatalog"/> over all <see cref="IAgentType"/>s that are registered, before or after,
    /// and the types <c>echo</c> and <c>simulated</c>. Whoever resolves the catalog first, at the latest the start
    /// of the host, gets an <see cref="AgentConfigurationException"/> with everything that is wrong with the
    /// configuration.
    /// </summary>
    public static IServiceCollection AddAgents(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAgentType, EchoAgentType>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAgentType, SimulatedAgentType>());
        services.TryAddSingleton<IAgentCatalog>(provider =>
        {
            var (catalog, problems) = AgentCatalog.Create(configuration, provider.GetServices<IAgentType>());
            return catalog ?? throw new AgentConfigurationException(problems);
        });
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, AgentCatalogCheck>());
        return services;
    }

    /// <summary>Makes the catalog when the host starts, so that no message meets a bad configuration.</summary>
    private sealed class AgentCatalogCheck : IHostedService
    {
        public AgentCatalogCheck(IAgentCatalog catalog) => _ = catalog;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
