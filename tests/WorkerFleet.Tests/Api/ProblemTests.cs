using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Api.Problems;
using WorkerFleet.Batches;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api;

public sealed class ProblemTests : IAsyncLifetime
{
    private readonly InMemoryBatchStore _store = new();
    private ApiFixture _api = null!;

    public async Task InitializeAsync() => _api = await ApiFixture.StartAsync(
        drives: false, more: services => services.AddSingleton<IBatchStore>(_store));

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Theory]
    [InlineData("GET", "/api/v1/nothing", HttpStatusCode.NotFound, ProblemTypes.NotFound, "There is no such route")]
    [InlineData("GET", "/nothing", HttpStatusCode.NotFound, ProblemTypes.NotFound, "There is no such route")]
    [InlineData("DELETE", "/api/v1/batches", HttpStatusCode.MethodNotAllowed, ProblemTypes.MethodNotAllowed, "Allow")]
    [InlineData("GET", "/api/v1/batches/17", HttpStatusCode.BadRequest, ProblemTypes.BadRequest,
        "'17' is no id of a batch")]
    [InlineData("GET", "/api/v1/batches?limit=abc", HttpStatusCode.BadRequest, ProblemTypes.BadRequest,
        "limit: 'abc' is not a whole number from 1 to 200")]
    [InlineData("GET", "/api/v1/batches?limit=0", HttpStatusCode.BadRequest, ProblemTypes.BadRequest, "limit: '0'")]
    [InlineData("GET", "/api/v1/batches?limit=1&limit=2", HttpStatusCode.BadRequest, ProblemTypes.BadRequest,
        "limit: is given 2 times")]
    [InlineData("GET", "/api/v1/batches?status=done", HttpStatusCode.BadRequest, ProblemTypes.BadRequest,
        "completed_with_failures")]
    [InlineData("GET", "/api/v1/batches?cursor=xyz", HttpStatusCode.BadRequest, ProblemTypes.BadRequest, "next_cursor")]
    [InlineData("GET", "/api/v1/batches?limt=3", HttpStatusCode.BadRequest, ProblemTypes.BadRequest,
        "did you mean 'limit'?")]
    public async Task Request_ThatMakesNoSense_SaysWhatIsWrong(
        string method, string path, HttpStatusCode status, string type, string part)
    {
        using var response = await _api.Client.SendAsync(new(new HttpMethod(method), path));

        var problem = await ApiAssert.ProblemAsync(response, status, type);
        Assert.Contains(part, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_WithSeveralMistakes_TellsThemAllAtOnce()
    {
        using var response = await _api.Client.GetAsync("/api/v1/batches?limit=abc&status=done&unfinished=maybe");

        var problem = await ApiAssert.ProblemAsync(response, HttpStatusCode.BadRequest, ProblemTypes.BadRequest);
        Assert.Equal(3, problem.GetProperty("errors").GetArrayLength());
    }

    [Theory]
    [InlineData("{\"reason\": ", "reason: is not valid")]
    [InlineData("{", "not valid JSON at line 1")]
    [InlineData("{\"why\": \"x\"}", "why: there is no such field; there are reason")]
    [InlineData("{\"reason\": 3}", "reason: is not valid, or of another kind")]
    [InlineData("[]", "no object with the fields reason")]
    [InlineData("null", "the body is null")]
    public async Task Body_ThatIsNotWhatTheRouteTakes_SaysWhere(string body, string part)
    {
        using var response = await _api.Client.PostAsync($"/api/v1/batches/{Guid.Empty}/cancel", body);

        var problem = await ApiAssert.ProblemAsync(response, HttpStatusCode.BadRequest, ProblemTypes.BadRequest);
        Assert.Contains(part, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_OfAnotherContentType_Is415()
    {
        using var content = new StringContent("reason=x", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var response = await _api.Client.PostAsync($"/api/v1/batches/{Guid.Empty}/cancel", content);

        await ApiAssert.ProblemAsync(response, HttpStatusCode.UnsupportedMediaType, ProblemTypes.UnsupportedMedia);
    }

    [Fact]
    public async Task Body_LargerThanTheLimit_Is413()
    {
        using var response = await _api.Client.PostAsync(
            $"/api/v1/batches/{Guid.Empty}/cancel", $$"""{"reason": "{{new string('x', 70_000)}}"}""");

        await ApiAssert.ProblemAsync(response, HttpStatusCode.RequestEntityTooLarge, ProblemTypes.TooLarge);
    }

    [Fact]
    public async Task Store_OutOfReach_Is503WithRetryAfterAndNothingOfTheStore()
    {
        _store.OnFind = _ => throw new StoreException(StoreFault.Locked, "/secret/folder is locked");
        using var response = await _api.Client.GetAsync($"/api/v1/batches/{Guid.Empty}");

        var problem = await ApiAssert.ProblemAsync(
            response, HttpStatusCode.ServiceUnavailable, ProblemTypes.Unavailable);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
        Assert.DoesNotContain("secret", problem.ToString(), StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task Fault_ThatNobodyExpected_Is500WithoutDetails()
    {
        _store.OnFind = _ => throw new InvalidOperationException("secret");
        using var response = await _api.Client.GetAsync($"/api/v1/batches/{Guid.Empty}");

        var problem = await ApiAssert.ProblemAsync(response, HttpStatusCode.InternalServerError, ProblemTypes.Fault);
        Assert.DoesNotContain("secret", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_OfEveryKind_HaveTheSecurityHeaders()
    {
        foreach (var path in (string[])["/api/v1/agents", "/api/v1/nothing", "/openapi/v1.json"])
        {
            using var response = await _api.Client.GetAsync(path);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Contains(
                "frame-ancestors 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")),
                StringComparison.Ordinal);
            Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
            Assert.True(response.Headers.CacheControl?.NoStore);
            Assert.Empty(response.Headers.Server);
        }
    }

    [Fact]
    public async Task Caller_WithTooManyRequests_IsToldToWaitAndOthersAreNot()
    {
        await using var api = await ApiFixture.StartAsync(new() { RequestsPerSecond = 1 }, drives: false);
        using var ann = api.As("ann", "read");
        using var bob = api.As("bob", "read");
        var refused = await FirstRefusalAsync(ann);

        await ApiAssert.ProblemAsync(refused, HttpStatusCode.TooManyRequests, ProblemTypes.TooMany);
        Assert.True(refused.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
        using var other = await bob.GetAsync("/api/v1/agents");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task Connection_ThatSendsRubbish_DoesNotHurtTheNext()
    {
        using (var tcp = new TcpClient())
        {
            await tcp.ConnectAsync(_api.Address.Host, _api.Address.Port);
            await tcp.GetStream().WriteAsync(
                "POST /api/v1/batches HTTP/1.1\r\nContent-Length: 100\r\n\r\n{"u8.ToArray());
        }

        using var response = await _api.Client.GetAsync("/api/v1/agents");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task<HttpResponseMessage> FirstRefusalAsync(HttpClient client)
    {
        const int FarMoreThanTheLimit = 200;
        for (var i = 0; i < FarMoreThanTheLimit; i++)
        {
            var response = await client.GetAsync("/api/v1/agents");
            if (response.StatusCode != HttpStatusCode.OK)
                return response;
        }

        throw new InvalidOperationException("No request was refused.");
    }
}
