using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using WorkerFleet.Api.Access;
using WorkerFleet.Api.Problems;

namespace WorkerFleet.Tests.Api;

/// <summary>What holds for each route, also for those that are still to come.</summary>
public sealed partial class EveryRouteTests
{
    [Fact]
    public async Task EveryRoute_CallerWithAllScopesButItsOwn_Is403()
    {
        await using var api = await ApiFixture.StartAsync(drives: false);
        foreach (var (method, pattern, scope) in RoutesOf(api))
        {
            using var client = api.As("ann", [.. Scopes.All.Where(other => other != scope)]);
            using var response = await client.SendAsync(new(method, PathOf(pattern, Guid.Empty)));
            await ApiAssert.ProblemAsync(response, HttpStatusCode.Forbidden, ProblemTypes.Forbidden);
        }
    }

    [Fact]
    public async Task EveryRouteOfABatch_OfAnotherOwner_Is404LikeOneThatIsNot()
    {
        await using var api = await ApiFixture.StartAsync(drives: false);
        var batch = await api.SubmitAsync(2, owner: "ann");
        using var client = api.As("bob", [.. Scopes.All]);
        var routes = RoutesOf(api).Where(route => route.Pattern.Contains("{batch}", StringComparison.Ordinal)).ToList();
        Assert.True(routes.Count > 8);
        foreach (var (method, pattern, _) in routes)
        {
            using var request = new HttpRequestMessage(method, PathOf(pattern, batch));
            // What would do, were it bob's batch.
            if (method == HttpMethod.Post && pattern.EndsWith("/replay", StringComparison.Ordinal))
                request.Content = ApiAssert.Json("""{"all": true}""");
            else if (method == HttpMethod.Patch)
                request.Content = ApiAssert.Json("""{"attempts": 2}""");
            using var response = await client.SendAsync(request);
            var problem = await ApiAssert.ProblemAsync(response, HttpStatusCode.NotFound, ProblemTypes.NotFound);
            Assert.Contains($"There is no batch "
                + $"{batch}", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task EveryGet_QueryKeyThatIsNot_Is400ThatNamesThoseThatAre()
    {
        await using var api = await ApiFixture.StartAsync(drives: false);
        var batch = await api.SubmitAsync(1);
        foreach (var (method, pattern, _) in RoutesOf(api).Where(route =>
            route.Method == HttpMethod.Get && route.Pattern.StartsWith("/api", StringComparison.Ordinal)))
        {
            using var response = await api.Client.SendAsync(new(method, PathOf(pattern, batch) + "?limti=3"));
            var problem = await ApiAssert.ProblemAsync(response, HttpStatusCode.BadRequest, ProblemTypes.BadRequest);
            Assert.Contains("limti", problem.GetProperty("errors")[0].GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task OpenApi_EveryOperation_HasNameSummaryAndProblems()
    {
        await using var api = await ApiFixture.StartAsync(drives: false);
        var document = await api.ReadAsync("/openapi/v1.json");
        var operations = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (path.Name, Of: operation.Value)))
            .ToList();
        Assert.True(operations.Count > 20);
        foreach (var (path, operation) in operations)
        {
            Assert.True(operation.TryGetProperty("operationId", out _), path);
            Assert.EndsWith(".", operation.GetProperty("summary").GetString(), StringComparison.Ordinal);
            var responses = operation.GetProperty("responses");
            foreach (var status in (string[])["400", "401", "503"])
                Assert.True(
                    responses.TryGetProperty(status, out var response)
                        && response.GetProperty("content").TryGetProperty(ProblemJson.ContentType, out _),
                    $"{path} {status}");
        }

        var list = document.GetProperty("paths").GetProperty("/api/v1/batches").GetProperty("get");
        Assert.Contains("cursor", list.GetProperty("parameters").EnumerateArray().Select(NameOf));
    }

    private static string? NameOf(JsonElement parameter) => parameter.GetProperty("name").GetString();

    private static List<(HttpMethod Method, string Pattern, string Scope)> RoutesOf(ApiFixture api) =>
        [.. api.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => (Endpoint: endpoint, Scope: endpoint.Metadata.GetMetadata<IAuthorizeData>()?.Policy))
            // SignalR's take any method.
            .Where(route => route.Scope is not null
                && route.Endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is not null)
            .Select(route => (
                new HttpMethod(route.Endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]),
                "/" + route.Endpoint.RoutePattern.RawText!.TrimStart('/'), route.Scope!))];

    private static string PathOf(string pattern, Guid batch) => Parameter().Replace(
        pattern.Replace("{batch}", batch.ToString(), StringComparison.Ordinal)
            .Replace("{documentName}", "v1", StringComparison.Ordinal), "0");

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
