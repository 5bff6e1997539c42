using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;

namespace WorkerFleet.Tests.Api;

public sealed class ApprovedRoutesTests
{
    [Fact]
    public async Task Routes_All_AreThoseThatWereApproved()
    {
        await using var api = await ApiFixture.StartAsync(drives: false);
        var routes = api.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(endpoint =>
            (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"])
            .Select(method => $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/')} {ScopeOf(endpoint)}"))
            .Order(StringComparer.Ordinal);

        var approved = await File.ReadAllLinesAsync(Path.Combine(FolderOfThisFile(), "approved-routes.txt"));

        Assert.Equal(approved, routes);
    }

    private static string ScopeOf(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null ? "anonymous"
        : endpoint.Metadata.GetMetadata<IAuthorizeData>() is { } access ? access.Policy ?? "signed in"
        : "UNPROTECTED";

    private static string FolderOfThisFile([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
