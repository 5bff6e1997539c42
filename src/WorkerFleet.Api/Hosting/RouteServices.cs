using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkerFleet.Api.Agents;
using WorkerFleet.Api.Batches;
using WorkerFleet.Api.Callbacks;
using WorkerFleet.Api.DeadLetters;
using WorkerFleet.Api.Items;
using WorkerFleet.Api.Live;
using WorkerFleet.Api.Results;
using WorkerFleet.Api.Submission;
using WorkerFleet.Api.Workers;
using WorkerFleet.Messaging;

namespace WorkerFleet.Api.Hosting;

/// <summary>All routes of the API, and what they are made of.</summary>
internal static class RouteServices
{
    public static IServiceCollection AddFleetRoutes(this IServiceCollection services, ApiOptions options)
    {
        services.AddRequestLimits(options).AddFleetOpenApi().AddCompletions();
        services.AddSingleton<BatchLookup>().AddSingleton<BatchListing>().AddSingleton<BatchOrders>();
        services.TryAddSingleton<ItemInput>();
        services.TryAddSingleton<ItemReader>();
        services.AddSingleton<ItemLookup>().AddSingleton<ItemSearch>().AddSingleton<ItemListing>();
        services.AddSingleton<Summaries>();
        services.AddSingleton<LetterSearch>().AddSingleton<LetterReplay>();
        services.AddSingleton<WorkerListing>().AddSingleton<AgentListing>().AddSingleton<AgentLatencies>();
        services.AddSingleton<SourceRoots>().AddSingleton<SubmissionReader>().AddSingleton<IdempotencyRecords>()
            .AddSingleton<BatchSubmission>().AddSingleton<Preview>();
        return services;
    }

    public static void MapFleetRoutes(this IEndpointRouteBuilder app)
    {
        app.MapCallbacks();
        var api = app.MapGroup("/api/v1").AddEndpointFilter<RouteGroupBuilder, QueryFilter>();
        api.MapBatches();
        api.MapSubmission();
        api.MapItems();
        api.MapResults();
        api.MapDeadLetters();
        api.MapWorkers();
        api.MapAgents();
        api.MapLive();
    }
}
