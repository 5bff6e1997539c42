using Microsoft.AspNetCore.Builder;

namespace WorkerFleet.Api.Problems;

/// <summary>Whatever goes wrong is answered with problem details.</summary>
internal static class ProblemServices
{
    public static void UseFleetProblems(this WebApplication app) => app.UseMiddleware<ProblemMiddleware>();
}
