using System.Collections.Frozen;
using WorkerFleet.Sources;

namespace WorkerFleet.Mapping;

/// <summary>Chooses the agent of a row: the first rule that matches, else the column's value, else the default.</summary>
internal sealed class AgentChooser(
    string defaultAgent, RowColumn? column, IReadOnlyList<AgentChooser.Rule> rules, FrozenSet<string>? names)
{
    /// <returns>The agent, or why there is none.</returns>
    public (string Agent, string? Problem) Choose(SourceRow row)
    {
        foreach (var rule in rules)
        {
            if (rule.Column.Text(row) == rule.Value)
                return (rule.Agent, null);
        }

        var named = column?.Text(row);
        if (!string.IsNullOrWhiteSpace(named))
        {
            return names is null || names.Contains(named)
                ? (named, null)
                : ("", $"column '{column!.Name}' names the agent '{Shorten(named)}', which does not exist; {Known(names)}.");
        }

        return defaultAgent.Length > 0
            ? (defaultAgent, null)
            : ("", column is null
                ? "no rule chooses an agent for the row, and there is no default agent."
                : $"column '{column.Name}' is empty, and there is no default agent.");
    }

    public static string Known(IEnumerable<string> names) =>
        names.Order(StringComparer.Ordinal).ToList() is { Count: > 0 } known
            ? $"the agents are {string.Join(", ", known)}"
            : "no agent is configured";

    private static string Shorten(string value) => value.Length <= 64 ? value : value[..64] + "…";

    /// <param name="Column">Column to look at.</param>
    /// <param name="Value">Its value, compared exactly.</param>
    /// <param name="Agent">The agent then.</param>
    internal sealed record Rule(RowColumn Column, string Value, string Agent);
}
