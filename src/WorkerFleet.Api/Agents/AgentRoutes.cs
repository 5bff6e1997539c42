using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using WorkerFleet.Agents;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Api.Problems;
using WorkerFleet.Api.Workers;
using WorkerFleet.Workers;

namespace WorkerFleet.Api.Agents;

/// <summary>The routes of agents.</summary>
internal static class AgentRoutes
{
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(10);

    public static void MapAgents(this IEndpointRouteBuilder api)
    {
        var agents = api.MapGroup("/agents").WithTags("agents");
        agents.MapGet("", ListAsync)
            .Describe(Scopes.Read, "ListAgents", "List the agents, their limits, and what workers say of them.");
        agents.MapPost("/{name}/probe", ProbeAsync)
            .Describe(Scopes.Operate, "ProbeAgent", "Ask an agent whether it can take calls, within 10 s.", 404);
    }

    private static async Task<Ok<AgentsJson>> ListAsync(
        IAgentCatalog catalog, IWorkerRegistry registry, TimeProvider time, CancellationToken cancellationToken)
    {
        var workers = await registry.ListAsync(time.GetUtcNow() - WorkerStanding.LostAfter, cancellationToken);
        return TypedResults.Ok(new AgentsJson([.. catalog.Names.Select(name => Of(catalog, name, workers))]));
    }

    private static async Task<Ok<AgentHealthJson>> ProbeAsync(
        string name, IAgentCatalog catalog, TimeProvider time, CancellationToken cancellationToken)
    {
        if (catalog.Find(name) is not { } agent)
            throw ProblemException.NotFound(
                $"There is no agent '{name}'; there are {string.Join(", ", catalog.Names)}");
        using var limit = new CancellationTokenSource(ProbeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var problem = await agent.ProbeAsync(either.Token);
            return TypedResults.Ok(new AgentHealthJson(name, problem is null, problem));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return TypedResults.Ok(new AgentHealthJson(name, false, $"did not answer within "
                + $"{ProbeLimit.TotalSeconds:F0} s"));
        }
    }

    private static AgentJson Of(IAgentCatalog catalog, string name, IReadOnlyList<WorkerRecord> workers)
    {
        var limits = catalog.LimitsOf(name) ?? new();
        var completeWithin = catalog.CompleteWithinOf(name);
        return new(
            name, completeWithin is not null, completeWithin?.TotalMilliseconds, limits.Concurrency,
            limits.CallsPerSecond, limits.NewSessionsPerSecond, limits.LiveSessions,
            [.. workers.SelectMany(worker => worker.AgentNotes.Where(note => IsAbout(note, name))
                .Select(note => new AgentNoteJson(worker.Id, note)))]);
    }

    /// <summary>Notes are for people, and begin with the agent they are about.</summary>
    private static bool IsAbout(string note, string name) =>
        note.StartsWith($"agent '{name}' ", StringComparison.Ordinal);
}
