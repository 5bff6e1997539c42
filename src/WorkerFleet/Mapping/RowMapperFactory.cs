using System.Collections.Frozen;
using WorkerFleet.Agents;
using WorkerFleet.Sources;

namespace WorkerFleet.Mapping;

/// <summary>Compiles the templates of a batch.</summary>
public static class RowMapperFactory
{
    /// <summary>A mapper, or everything that is wrong with the mapping: no exception for what a user can get wrong.</summary>
    /// <param name="mapping">Templates, id column, columns to pass through.</param>
    /// <param name="agents">How the agent is chosen.</param>
    /// <param name="source">The resolved source; CSV and TSV name their columns.</param>
    /// <param name="sample">First rows of the source; JSONL columns are judged by them.</param>
    /// <param name="agentNames">Agents that exist; null to skip that check.</param>
    public static (IRowMapper? Mapper, IReadOnlyList<string> Problems) Create(
        MappingSpec mapping, AgentSelection agents, SourceSpec source,
        IReadOnlyList<SourceRow> sample, IReadOnlyCollection<string>? agentNames)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        ArgumentNullException.ThrowIfNull(agents);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(sample);

        var columns = new ColumnCatalog(source, sample);
        var problems = new List<string>();
        var template = InputTemplateCompiler.Compile(mapping, columns, problems);
        var id = Column(mapping.IdColumn, "id column", columns, problems);
        var passThrough = mapping.PassThrough?
            .Distinct(StringComparer.Ordinal)
            .Select(name => Column(name, "column to pass through", columns, problems))
            .ToList();
        var expected = Column(mapping.ExpectedColumn, "column with the right answer", columns, problems);
        if (mapping.AnswerPointer is { } pointer && JsonPointer.Parse(pointer).Problem is { } noPointer)
            problems.Add($"The answer cannot be found: {noPointer}.");
        var chooser = Chooser(agents, columns, agentNames, problems);

        return problems.Count > 0
            ? (null, problems)
            : (new RowMapper(new RowMapping(template, id, passThrough!, expected, source.MaxRowBytes), chooser), []);
    }

    private static AgentChooser Chooser(
        AgentSelection agents, ColumnCatalog columns, IReadOnlyCollection<string>? agentNames, List<string> problems)
    {
        var names = agentNames?.ToFrozenSet(StringComparer.Ordinal);
        if (agents is { Default: "", Column: null, Rules.Count: 0 })
            problems.Add("No agent is chosen; give 'agent', or a column or rules that choose one.");
        if (agents.Default.Length > 0)
            CheckAgent(agents.Default, "agent", names, problems);
        foreach (var rule in agents.Rules)
            CheckAgent(rule.Agent, $"agent of the rule for {rule.Column} = {rule.Value}", names, problems);

        var column = Column(agents.Column, "agent column", columns, problems);
        var rules = agents.Rules
            .Select(rule => (Rule: rule, Column: Column(rule.Column, "column of an agent rule", columns, problems)))
            .Where(rule => rule.Column is not null)
            .Select(rule => new AgentChooser.Rule(rule.Column!, rule.Rule.Value, rule.Rule.Agent))
            .ToList();
        return new AgentChooser(agents.Default, column, rules, names);
    }

    private static void CheckAgent(string name, string role, FrozenSet<string>? names, List<string> problems)
    {
        if (names is null || names.Contains(name))
            return;

        var nearest = Nearest.To(name, names.Order(StringComparer.Ordinal));
        var hint = nearest is null ? "" : $"did you mean '{nearest}'? ";
        problems.Add($"The {role}, '{name}', does not exist; {hint}{AgentChooser.Known(names)}.");
    }

    private static RowColumn? Column(string? name, string role, ColumnCatalog columns, List<string> problems)
    {
        if (name is null)
            return null;
        if (columns.Contains(name))
            return new RowColumn(name, columns.IndexOf(name));

        problems.Add($"The {role} cannot be used: {columns.Unknown(name)}");
        return null;
    }
}
