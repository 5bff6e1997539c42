using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace WorkerFleet.Agents;

/// <summary>
/// The agents of the configuration section <see cref="AgentOptions.Section"/>, and <c>echo</c> and
/// <c>simulated</c>, which are there without any. Owns the agents.
/// </summary>
public sealed partial class AgentCatalog : IAgentCatalog, IDisposable
{
    private static readonly TimeSpan MinCompleteWithin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxCompleteWithin = TimeSpan.FromHours(24);

    private static readonly string[] BuiltIn = ["echo", "simulated"];

    private readonly FrozenDictionary<string, (IAgent Agent, AgentOptions Options, AgentLimits Limits)> _agents;

    private AgentCatalog(Dictionary<string, (IAgent, AgentOptions, AgentLimits)> agents)
    {
        _agents = agents.ToFrozenDictionary(StringComparer.Ordinal);
        Names = [.. agents.Keys.Order(StringComparer.Ordinal)];
    }

    public IReadOnlyCollection<string> Names { get; }

    /// <summary>Reads and checks the whole configuration; no exception for what a user can get wrong.</summary>
    /// <param name="configuration">The root, or anything that has the section.</param>
    /// <param name="types">The types that configuration can name.</param>
    /// <returns>The catalog, or (then null) all problems, each one line that begins with its key.</returns>
    public static (AgentCatalog? Catalog, IReadOnlyList<string> Problems) Create(
        IConfiguration configuration, IEnumerable<IAgentType> types)
    {
        var typesByName = types.ToDictionary(type => type.Name, StringComparer.OrdinalIgnoreCase);
        var problems = new List<string>();
        var configured = new Dictionary<string, (IAgentType Type, AgentOptions Options)>(StringComparer.Ordinal);
        foreach (var name in BuiltIn)
            if (typesByName.TryGetValue(name, out var type))
                configured[name] = (type, new AgentOptions { Type = name });
        foreach (var section in configuration.GetSection(AgentOptions.Section).GetChildren())
            if (TryRead(section, typesByName, problems, out var name, out var agent))
                configured[name] = agent.Value;
        if (problems.Count > 0)
            return (null, problems);
        return (new AgentCatalog(configured.ToDictionary(
            entry => entry.Key,
            entry => (entry.Value.Type.Create(entry.Key, entry.Value.Options), entry.Value.Options,
                AgentLimitsReader.Of(entry.Value.Options)))), []);
    }

    public IAgent? Find(string name) => _agents.TryGetValue(name, out var found) ? found.Agent : null;

    public AgentLimits? LimitsOf(string name) => _agents.TryGetValue(name, out var found) ? found.Limits : null;

    public TimeSpan? CompleteWithinOf(string name) =>
        _agents.TryGetValue(name, out var found) && found.Options.Async ? found.Options.CompleteWithin : null;

    public AgentPrice? PriceOf(string name) =>
        _agents.TryGetValue(name, out var found) && !found.Options.Price.IsNone ? found.Options.Price : null;

    public AgentUsagePointers? UsagePointersOf(string name) =>
        _agents.TryGetValue(name, out var found) ? found.Options.Usage : null;

    public string? TypeOf(string name) => _agents.TryGetValue(name, out var found) ? found.Options.Type : null;

    public void Dispose()
    {
        foreach (var (agent, _, _) in _agents.Values)
            (agent as IDisposable)?.Dispose();
    }

    private static bool TryRead(
        IConfigurationSection section, Dictionary<string, IAgentType> types, List<string> problems,
        out string name, [NotNullWhen(true)] out (IAgentType Type, AgentOptions Options)? agent)
    {
        // Environment variables are usually written in capitals, and configuration keys are the same in either case.
        name = section.Key.ToLowerInvariant();
        agent = null;
        if (!ValidName().IsMatch(name))
        {
            problems.Add($"{section.Path}: an agent's name is 1 to 64 of the characters a-z, 0-9, '-', '_' and '.'");
            return false;
        }
        var options = AgentOptionsReader.Read(section, problems);
        problems.AddRange(AgentLimitsReader.Validate(name, options));
        problems.AddRange(AgentPriceReader.Validate(name, options.Price));
        problems.AddRange(AgentUsageReader.Validate(name, options.Usage));
        if (options.CompleteWithin < MinCompleteWithin || options.CompleteWithin > MaxCompleteWithin)
            problems.Add($"{AgentOptions.KeyOf(name, nameof(AgentOptions.CompleteWithin))}: {options.CompleteWithin} " +
                $"is out of range; it is {MinCompleteWithin} to {MaxCompleteWithin}");
        if (options.Type.Length == 0 && types.ContainsKey(name))
            options.Type = name;
        if (!types.TryGetValue(options.Type, out var type))
        {
            var known = string.Join(", ", types.Keys.Order(StringComparer.Ordinal));
            var problem = options.Type.Length == 0 ? "is missing" : $"there is no type '{options.Type}'";
            problems.Add($"{AgentOptions.KeyOf(name, nameof(AgentOptions.Type))}: {problem}; it is one of {known}");
            return false;
        }
        problems.AddRange(type.Validate(name, options));
        agent = (type, options);
        return true;
    }

    [GeneratedRegex(@"\A[a-z0-9_.-]{1,64}\z")]
    private static partial Regex ValidName();
}
