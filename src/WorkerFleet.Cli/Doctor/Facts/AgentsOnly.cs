using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.AgentCore;
using WorkerFleet.AgentCore.DataPlane;
using WorkerFleet.Agents;
using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli.Doctor.Facts;

/// <summary>The configured agents without a store, so that a broken store does not hide them.</summary>
internal static class AgentsOnly
{
    public static ServiceProvider Create(CliContext cli, CommonValues common)
    {
        var services = new ServiceCollection();
        services.AddSingleton(cli.Time);
        services.AddHttpAgents();
        services.AddAgentCore(common.Configuration);
        services.AddAgents(common.Configuration);
        return services.BuildServiceProvider();
    }

    public static AgentFacts FactsOf(ServiceProvider services, TimeProvider time)
    {
        try
        {
            return new(services.GetRequiredService<IAgentCatalog>(), [], time);
        }
        catch (AgentConfigurationException exception)
        {
            return new(null, exception.Problems, time);
        }
    }
}
