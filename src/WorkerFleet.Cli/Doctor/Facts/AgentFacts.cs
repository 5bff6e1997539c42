using WorkerFleet.Agents;
using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli.Doctor.Facts;

/// <summary>The configured agents, and how each was found when it was asked; it is asked once.</summary>
internal sealed class AgentFacts(IAgentCatalog? catalog, IReadOnlyList<string> problems, TimeProvider time)
{
    /// <summary>For one agent.</summary>
    public static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, Task<AgentDiagnosis>> _diagnoses = [];

    /// <summary>Null where the configuration of the agents is wrong.</summary>
    public IAgentCatalog? Catalog => catalog;

    /// <summary>What is wrong with the configuration.</summary>
    public IReadOnlyList<string> Problems => problems;

    public Task<AgentDiagnosis> DiagnoseAsync(string name, CancellationToken cancellationToken)
    {
        if (!_diagnoses.TryGetValue(name, out var diagnosis))
            _diagnoses[name] = diagnosis = DiagnoseAgainAsync(name, cancellationToken);
        return diagnosis;
    }

    /// <summary>Asks whether or not it was asked before.</summary>
    public async Task<AgentDiagnosis> DiagnoseAgainAsync(string name, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(LongestProbe, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await catalog!.Find(name)!.DiagnoseAsync(either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new(AgentFault.Slow, $"does not answer within {Durations.Format(LongestProbe)}");
        }
    }
}
