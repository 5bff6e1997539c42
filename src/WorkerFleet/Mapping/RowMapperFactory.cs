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
        IReadOnlyList<SourceRow> sample, IReadOnlyCollection<string>? agentNames) =>
        throw new NotImplementedException();
}
