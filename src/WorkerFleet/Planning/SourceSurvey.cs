using WorkerFleet.Ledger;
using WorkerFleet.Mapping;
using WorkerFleet.Results;
using WorkerFleet.Sources;

namespace WorkerFleet.Planning;

/// <summary>What a source would be dispatched as, or everything that is wrong with it.</summary>
public sealed record SourceSurvey
{
    /// <summary>Each one message for a person; with any there is nothing else.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    public SourceSpec Spec { get; init; } = new();

    public IRowMapper? Mapper { get; init; }

    /// <summary>Rows, rejected ones included.</summary>
    public long Rows { get; init; }

    public long Bytes { get; init; }

    /// <summary>Rows that no agent would see: malformed, or not to be mapped.</summary>
    public long RejectedRows { get; init; }

    /// <summary>Why, grouped by cause, the most frequent first.</summary>
    public IReadOnlyList<ErrorGroupSummary> Rejections { get; init; } = [];

    /// <summary>The rest, by agent, in the order of their names.</summary>
    public IReadOnlyList<AgentRows> Agents { get; init; } = [];

    /// <summary>Rows that are good for a sample, in order.</summary>
    public IReadOnlyList<SourcePosition> Sample { get; init; } = [];
}

/// <param name="Agent">Name of the agent.</param>
/// <param name="Rows">Rows that go to it.</param>
/// <param name="InputBytes">What it receives for all of them.</param>
public sealed record AgentRows(string Agent, long Rows, long InputBytes);
