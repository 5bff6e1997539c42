using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Aws;
using WorkerFleet.Cli.Options;
using WorkerFleet.Workers;

namespace WorkerFleet.Cli.Hosting;

/// <summary>Registers what a worker does in a task of ECS, and nowhere else.</summary>
internal static class EcsServices
{
    /// <summary>To be added before the bus; see <see cref="WorkerServices.AddScaleInGuard"/>.</summary>
    public static IServiceCollection AddEcs(this IServiceCollection services, EcsSettings settings)
    {
        if (settings.Agent is not { } agent)
            return services;
        services.AddSingleton(new EcsAgent(agent));
        services.AddSingleton<IScaleInProtection, TaskProtection>();
        return services.AddScaleInGuard(settings.ScaleIn);
    }

    private sealed class TaskProtection(EcsAgent agent) : IScaleInProtection
    {
        public Task<string?> SetAsync(bool isProtected, TimeSpan time, CancellationToken cancellationToken) =>
            agent.SetProtectionAsync(isProtected, time, cancellationToken);
    }
}
