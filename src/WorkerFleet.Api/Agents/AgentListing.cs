using WorkerFleet.Agents;
using WorkerFleet.Api.Live;
using WorkerFleet.Api.Workers;
using WorkerFleet.Workers;

namespace WorkerFleet.Api.Agents;

/// <summary>Lists the agents: what they take, and how they do.</summary>
internal sealed class AgentListing(
    IAgentCatalog catalog, IWorkerRegistry registry, AgentLatencies latencies, TimeProvider time)
{
    public async Task<IReadOnlyList<AgentJson>> ReadAsync(CancellationToken cancellationToken)
    {
        var workers = await registry.ListAsync(time.GetUtcNow() - WorkerStanding.LostAfter, cancellationToken);
        var known = await latencies.ReadAsync(workers, cancellationToken);
        return [.. catalog.Names.Select(name => Of(name, workers, known.GetValueOrDefault(name)))];
    }

    private AgentJson Of(string name, IReadOnlyList<WorkerRecord> workers, LatencyLiveJson? latency)
    {
        var limits = catalog.LimitsOf(name) ?? new();
        var completeWithin = catalog.CompleteWithinOf(name);
        var notes = workers.SelectMany(worker => worker.AgentNotes.Where(note => AgentNote.IsAbout(note, name))
            .Select(note => new AgentNoteJson(worker.Id, note))).ToList();
        return new(
            name, completeWithin is not null, completeWithin?.TotalMilliseconds, limits.Concurrency,
            limits.CallsPerSecond, limits.NewSessionsPerSecond, limits.LiveSessions, notes, catalog.TypeOf(name),
            notes.Select(note => AgentNote.StandingOf(note.Note, name)).DefaultIfEmpty(AgentStanding.Ready).Max(),
            latency);
    }
}
