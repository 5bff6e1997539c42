using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace WorkerFleet.Api.Problems;

/// <summary>Whatever goes wrong is answered with problem details.</summary>
internal static class ProblemServices
{
    public static IServiceCollection AddFleetProblems(this IServiceCollection services) => services.AddProblemDetails();

    public static void UseFleetProblems(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
    }
}
