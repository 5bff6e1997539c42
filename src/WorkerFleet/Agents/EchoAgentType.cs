namespace WorkerFleet.Agents;

/// <summary><c>echo</c>.</summary>
public sealed class EchoAgentType : IAgentType
{
    public string Name => "echo";

    public IEnumerable<string> Validate(string agentName, AgentOptions options) => [];

    public IAgent Create(string agentName, AgentOptions options) => new EchoAgent();
}
