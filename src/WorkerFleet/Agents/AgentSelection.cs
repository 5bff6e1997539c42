namespace WorkerFleet.Agents;

/// <summary>Which agent a row goes to: the first rule that matches, else the column's value, else the default.</summary>
public sealed record AgentSelection
{
    /// <summary>Agent for rows that nothing else chooses for. Empty: such a row is rejected.</summary>
    public string Default { get; init; } = "";

    /// <summary>Column that names the agent.</summary>
    public string? Column { get; init; }

    public IReadOnlyList<AgentRule> Rules { get; init; } = [];
}

/// <param name="Column">Column to look at.</param>
/// <param name="Value">Its value, compared exactly.</param>
/// <param name="Agent">The agent then.</param>
public sealed record AgentRule(string Column, string Value, string Agent);
