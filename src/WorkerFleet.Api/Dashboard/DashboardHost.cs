using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Api.Access;

namespace WorkerFleet.Api.Dashboard;

/// <summary>Composes the dashboard: pages that the server renders, and their files.</summary>
internal static class DashboardHost
{
    public static IServiceCollection AddDashboard(this IServiceCollection services)
    {
        services.AddRazorComponents();
        return services;
    }

    public static void MapDashboard(this IEndpointRouteBuilder routes)
    {
        routes.MapAssets();
        var group = routes.MapGroup("").ExcludeFromDescription();
        ((IEndpointConventionBuilder)group).Add(ProtectFramework);
        group.MapRazorComponents<App>().DisableAntiforgery().Add(OnlyShow);
    }

    /// <summary>What Blazor adds beside pages is not for strangers.</summary>
    private static void ProtectFramework(EndpointBuilder endpoint)
    {
        if (endpoint is RouteEndpointBuilder { RoutePattern.RawText: { } path }
            && path.Contains("_framework", StringComparison.Ordinal))
            endpoint.Metadata.Add(new AuthorizeAttribute(Scopes.Read));
    }

    /// <summary>What changes something goes to the API, which has its own guard against other sites.</summary>
    private static void OnlyShow(EndpointBuilder endpoint)
    {
        foreach (var methods in endpoint.Metadata.OfType<HttpMethodMetadata>().ToList())
            endpoint.Metadata.Remove(methods);
        endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get]));
    }
}
