using Microsoft.Extensions.Logging;
using WorkerFleet.Agents;

namespace WorkerFleet.AgentCore.DataPlane;

/// <summary><c>agentcore</c>: an agent in an Amazon Bedrock AgentCore runtime, called through AWS's data plane.</summary>
/// <param name="defaults">For what an agent's options leave out.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For what fails beside an invocation.</param>
public sealed class AgentCoreAgentType(
    AgentCoreDefaults defaults, TimeProvider time, ILogger<AgentCoreAgent> logger) : IAgentType
{
    public string Name => "agentcore";

    public IEnumerable<string> Validate(string agentName, AgentOptions options) =>
        AgentCoreValidation.Validate(agentName, options, defaults);

    public IAgent Create(string agentName, AgentOptions options) =>
        new AgentCoreAgent(agentName, options, defaults, time, logger);
}
