namespace WorkerFleet.Agents;

/// <summary>The agents by name.</summary>
public interface IAgentCatalog
{
    /// <summary>All names, sorted.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>Null when there is no agent of that name.</summary>
    IAgent? Find(string name);

    /// <summary>What the agent takes; null when there is no agent of that name.</summary>
    AgentLimits? LimitsOf(string name);

    /// <summary>How long an item that the agent accepted is waited for; null for an agent that answers at once.</summary>
    TimeSpan? CompleteWithinOf(string name) => null;

    /// <summary>What the agent's calls cost; null where that is not known.</summary>
    AgentPrice? PriceOf(string name) => null;

    /// <summary>Where the agent's answers tell what calls used; null: in the usual places.</summary>
    AgentUsagePointers? UsagePointersOf(string name) => null;

    /// <summary>What kind of agent it is, see <see cref="AgentOptions.Type"/>; null where that is not known.</summary>
    string? TypeOf(string name) => null;
}
