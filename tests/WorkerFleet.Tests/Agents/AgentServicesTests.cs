using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerFleet.AgentCore;
using WorkerFleet.Agents;

namespace WorkerFleet.Tests.Agents;

public sealed class AgentServicesTests
{
    [Fact]
    public void AddAgents_TypesRegisteredAfterwards_AreUsed()
    {
        using var provider = new ServiceCollection()
            .AddAgents(Configuration(("a:Type", "http"), ("a:Url", "http://127.0.0.1:1")))
            .AddHttpAgents()
            .BuildServiceProvider();

        Assert.IsType<HttpAgent>(provider.GetRequiredService<IAgentCatalog>().Find("a"));
    }

    [Fact]
    public async Task AddAgents_BadConfiguration_FailsTheStartWithAllProblems()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddAgents(Configuration(("a:Type", "x"), ("b:Type", "y")));
        using var host = builder.Build();

        var exception = await Assert.ThrowsAsync<AgentConfigurationException>(() => host.StartAsync());

        Assert.Equal(2, exception.Problems.Count);
    }

    private static IConfiguration Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting =>
                KeyValuePair.Create($"Fleet:Agents:{setting.Key}", (string?)setting.Value)))
            .Build();
}
