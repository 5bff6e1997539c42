using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace WorkerFleet.Api.Hosting;

/// <summary>What the OpenAPI document says beside what the routes' types tell.</summary>
internal static class OpenApiDescriptions
{
    private const string Version = "v1";
    private const string Bearer = "key";

    public static IServiceCollection AddFleetOpenApi(this IServiceCollection services) =>
        services.AddOpenApi(Version, Describe);

    private static void Describe(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "WorkerFleet",
                Version = Version,
                Description = "Submit batches of rows to AI agents; watch, control and mend them; fetch their results.",
            };
            document.Components ??= new();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key. Not needed where the API is bound to loopback.",
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var query = context.Description.ActionDescriptor.EndpointMetadata.OfType<RouteQuery>().FirstOrDefault();
            foreach (var parameter in query?.Parameters ?? [])
                (operation.Parameters ??= []).Add(new OpenApiParameter
                {
                    Name = parameter.Name,
                    In = ParameterLocation.Query,
                    Description = parameter.Description,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                });
            return Task.CompletedTask;
        });
    }
}
