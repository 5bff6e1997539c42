using Microsoft.Extensions.DependencyInjection;

namespace WorkerFleet.AgentCore;

/// <summary>Registers the agent types that are reached over HTTP.</summary>
public static class HttpAgents
{
    public static IServiceCollection AddHttpAgents(this IServiceCollection services) => services;
}
