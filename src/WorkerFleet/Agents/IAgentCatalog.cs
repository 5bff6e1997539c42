namespace WorkerFleet.Agents;

/// <summary>The agents by name.</summary>
public interface IAgentCatalog
{
    /// <summary>All names, sorted.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>Null when there is no agent of that name.</summary>
    IAgent? Find(string name);

    /// <summary>Invocations that the agent takes at the same time; null for no limit.</summary>
    int? ConcurrencyOf(string name);

    /// <summary>How long an item that the agent accepted is waited for; null for an agent that answers at once.</summary>
    TimeSpan? CompleteWithinOf(string name) => null;
}
