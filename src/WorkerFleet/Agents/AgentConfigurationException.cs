namespace WorkerFleet.Agents;

/// <summary>The configured agents cannot be used; says everything that is wrong with them.</summary>
public sealed class AgentConfigurationException(IReadOnlyList<string> problems)
    : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>Each one line for a person, beginning with the configuration key.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
