using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkerFleet.Agents;

namespace WorkerFleet.AgentCore;

/// <summary>Registers the agent types that are reached over HTTP.</summary>
public static class HttpAgents
{
    /// <summary>Adds the type <c>http</c>.</summary>
    public static IServiceCollection AddHttpAgents(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAgentType, HttpAgentType>());
        return services;
    }
}
