using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkerFleet.Agents;

namespace WorkerFleet.AgentCore.DataPlane;

/// <summary>Registers the agents of AgentCore.</summary>
public static class AgentCoreServices
{
    /// <summary>Adds the type <c>agentcore</c>, with the defaults of <see cref="AgentCoreDefaults"/> in the configuration.</summary>
    public static IServiceCollection AddAgentCore(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => new AgentCoreDefaults(
            Given(configuration[AgentCoreDefaults.RegionKey]), Given(configuration[AgentCoreDefaults.EndpointKey])));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAgentType, AgentCoreAgentType>());
        return services;

        static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }
}
