using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using WorkerFleet.Agents;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Hosting;
using WorkerFleet.Api.Problems;

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
        AgentListing listing, CancellationToken cancellationToken) =>
        TypedResults.Ok(new AgentsJson(await listing.ReadAsync(cancellationToken)));

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
}
