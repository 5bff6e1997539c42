namespace WorkerFleet.Agents;

/// <summary>A kind of agent that configuration can name: <c>echo</c>, <c>simulated</c>, <c>http</c>, <c>agentcore</c>.</summary>
public interface IAgentType
{
    /// <summary>The value of <see cref="AgentOptions.Type"/>.</summary>
    string Name { get; }

    /// <summary>Everything that is wrong with the options, each naming its key; empty when they are good.</summary>
    IEnumerable<string> Validate(string agentName, AgentOptions options);

    IAgent Create(string agentName, AgentOptions options);
}
