using WorkerFleet.Agents;
using WorkerFleet.Api.Live;
using WorkerFleet.Batches;
using WorkerFleet.Workers;

namespace WorkerFleet.Api.Agents;

/// <summary>
/// How long agents took lately. Workers tell it by batch, so that it is known of batches all of whose rows go to one
/// agent.
/// </summary>
internal sealed class AgentLatencies(IBatchStore store)
{
    /// <summary>Batches that are looked up, at most: those with the most calls say it well enough.</summary>
    private const int MaxBatches = 20;

    public async Task<IReadOnlyDictionary<string, LatencyLiveJson>> ReadAsync(
        IReadOnlyList<WorkerRecord> workers, CancellationToken cancellationToken)
    {
        var busiest = workers.SelectMany(worker => worker.Activity).Where(activity => activity.Latencies.Count > 0)
            .GroupBy(activity => activity.BatchId, activity => activity.Latencies)
            .OrderByDescending(counts => counts.Sum(each => each.Values.Sum(count => (long)count)))
            .Take(MaxBatches);
        var found = new List<(string Agent, IReadOnlyDictionary<int, int> Counts)>();
        foreach (var batch in busiest)
            if (await store.FindAsync(batch.Key, cancellationToken) is { } state
                && OnlyOf(state.Spec.Agents) is { } agent)
                found.Add((agent, LatencyBuckets.Sum(batch)));
        return found.GroupBy(each => each.Agent, each => each.Counts)
            .Select(each => (Agent: each.Key, Latency: LatencyLiveJson.Of(LatencyBuckets.Sum(each))))
            .Where(each => each.Latency is not null)
            .ToDictionary(each => each.Agent, each => each.Latency!);
    }

    /// <returns>Null where rows go to several.</returns>
    private static string? OnlyOf(AgentSelection agents) =>
        agents.Column is null && agents.Rules.All(rule => rule.Agent == agents.Default) ? agents.Default : null;
}
