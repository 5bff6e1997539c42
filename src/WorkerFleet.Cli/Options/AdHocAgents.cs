using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using WorkerFleet.Agents;
using WorkerFleet.Storage;

namespace WorkerFleet.Cli.Options;

/// <summary>
/// Remembers, beside the store, agents that a run used by their address, so that the batch can be taken up again
/// without it. Everything else that configures an agent of that name wins over what is here.
/// </summary>
internal static class AdHocAgents
{
    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, "agents.json");

    /// <exception cref="UserErrorException">The user has configured another agent of that name.</exception>
    public static void Remember(CliContext cli, string dataFolder, AdHocAgent agent)
    {
        CheckNew(cli, agent);
        var path = PathIn(dataFolder);
        var root = (File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) : null) as JsonObject ?? [];
        var agents = SectionOf(SectionOf(root, "Fleet"), "Agents");
        agents[agent.Name] = new JsonObject { ["Type"] = "http", ["Url"] = agent.Url.OriginalString };
        PrivateFolder.Create(dataFolder);
        var partial = $"{path}.{Environment.ProcessId}.partial";
        File.WriteAllText(partial, root.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        File.Move(partial, path, overwrite: true);
    }

    /// <summary>Knows the agent without remembering it.</summary>
    /// <exception cref="UserErrorException">The user has configured another agent of that name.</exception>
    public static IConfiguration AddTo(CliContext cli, IConfiguration configuration, AdHocAgent agent)
    {
        CheckNew(cli, agent);
        var section = $"{AgentOptions.Section}:{agent.Name}";
        return new ConfigurationBuilder()
            .AddConfiguration(configuration)
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                [$"{section}:{nameof(AgentOptions.Type)}"] = "http",
                [$"{section}:{nameof(AgentOptions.Url)}"] = agent.Url.OriginalString,
            })
            .Build();
    }

    /// <summary>Whether the user's own configuration has the agent.</summary>
    public static bool IsConfigured(CliContext cli, string name) =>
        FleetConfiguration.Build(cli).GetSection($"{AgentOptions.Section}:{name}").Exists();

    private static void CheckNew(CliContext cli, AdHocAgent agent)
    {
        if (IsConfigured(cli, agent.Name))
            throw new UserErrorException(
                $"--agent-url: an agent '{agent.Name}' is configured already; leave --agent-url out to " +
                "use it, or give the address another name with --agent");
    }

    private static JsonObject SectionOf(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject section)
            parent[name] = section = [];
        return section;
    }
}
