using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Problems;
using WorkerFleet.Completions;

namespace WorkerFleet.Api.Callbacks;

/// <summary>
/// The route on which agents tell what became of background tasks. The session's own token is what it asks for.
/// </summary>
internal static class CallbackRoutes
{
    public static void MapCallbacks(this IEndpointRouteBuilder app) =>
        app.MapPost(CallbackAddresses.Path + "{session}", AnswerAsync)
            .WithTags("callbacks").AllowAnonymous().DisableRateLimiting()
            .WithName("CompleteSession")
            .WithSummary("Tell what became of a background task; the bearer token is the one that the agent was "
                + "called with.")
            .Accepts<AgentEvent>("application/json")
            .Produces(StatusCodes.Status202Accepted)
            .Produces<ProblemJson>(400, ProblemJson.ContentType).Produces<ProblemJson>(401, ProblemJson.ContentType)
            .Produces<ProblemJson>(413, ProblemJson.ContentType).Produces<ProblemJson>(503, ProblemJson.ContentType);

    private static async Task<IResult> AnswerAsync(string session, HttpContext http, ILoggerFactory loggers)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = SessionCallback.MaxBodyBytes;
        var services = http.RequestServices;
        var (status, problem) = await SessionCallback.TakeAsync(
            http, session, services.GetRequiredService<CallbackOptions>(),
            services.GetRequiredService<CompletionRecorder>(), loggers.CreateLogger(typeof(SessionCallback)));
        if (status == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = "Bearer";
        return problem is null
            ? TypedResults.StatusCode(status)
            : TypedResults.Json(ProblemKinds.Of(status, problem), PublicJson.Line, ProblemJson.ContentType, status);
    }
}
