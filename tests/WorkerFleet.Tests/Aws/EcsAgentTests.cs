using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Aws;

namespace WorkerFleet.Tests.Aws;

/// <summary>Against an endpoint that answers as the agent of ECS does.</summary>
public sealed class EcsAgentTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly ConcurrentQueue<string> _requests = new();
    private WebApplication _app = null!;
    private EcsAgent _agent = null!;
    private int _status = 200;
    private string _answer = "";

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync();
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        _agent = new(new($"{address}/api/3f1a"));
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    public void Dispose() => _agent.Dispose();

    [Fact]
    public async Task Protect_Accepted_IsAPutOfTheStateInWholeMinutes()
    {
        _answer = State(true);

        Assert.Null(await _agent.SetProtectionAsync(true, TimeSpan.FromSeconds(90), default));
        Assert.Null(await _agent.SetProtectionAsync(true, TimeSpan.FromDays(9), default));

        Assert.Equal(
            [
                """PUT /api/3f1a/task-protection/v1/state application/json {"ProtectionEnabled":true,"ExpiresInMinutes":2}""",
                """PUT /api/3f1a/task-protection/v1/state application/json {"ProtectionEnabled":true,"ExpiresInMinutes":2880}""",
            ],
            _requests);
    }

    [Fact]
    public async Task Release_Accepted_NamesNoTime()
    {
        _answer = State(false);

        Assert.Null(await _agent.SetProtectionAsync(false, Hour, default));

        Assert.Equal(
            ["""PUT /api/3f1a/task-protection/v1/state application/json {"ProtectionEnabled":false}"""], _requests);
    }

    [Theory]
    [InlineData(
        200, """{"failure":{"Arn":"arn:aws:ecs:eu-central-1:1:task/c/t","Detail":null,"Reason":"DEPLOYMENT_BLOCKED"}}""",
        "ECS refuses (DEPLOYMENT_BLOCKED)")]
    [InlineData(
        400, """{"requestID":"1-2","error":{"Arn":"a","Code":"AccessDeniedException","Message":"User is not\nauthorized"}}""",
        "the agent of ECS answered 400 (AccessDeniedException User is not authorized); see deploy/iam/ecs-task.json for what " +
        "the task's role needs")]
    [InlineData(
        400, """{"error":{"Code":"ThrottlingException","Message":"Rate exceeded"}}""",
        "the agent of ECS answered 400 (ThrottlingException Rate exceeded)")]
    [InlineData(404, "404 page not found", "the agent of ECS answered 404, without a state")]
    [InlineData(429, "", "the agent of ECS answered 429, without a state")]
    [InlineData(200, "[1]", "the agent of ECS answered 200, without a state")]
    [InlineData(200, "null", "the agent of ECS answered 200, without a state")]
    [InlineData(200, "{}", "the agent of ECS answered 200, with another state than was asked for")]
    [InlineData(
        200, """{"protection":{"ProtectionEnabled":false,"ExpirationDate":null,"TaskArn":"t"}}""",
        "the agent of ECS answered 200, with another state than was asked for")]
    [InlineData(
        500, """{"protection":{"ProtectionEnabled":true}}""",
        "the agent of ECS answered 500, with another state than was asked for")]
    public async Task Protect_NotSo_SaysWhy(int status, string answer, string problem)
    {
        (_status, _answer) = (status, answer);

        Assert.Equal(problem, await _agent.SetProtectionAsync(true, Hour, default));
    }

    [Fact]
    public async Task Protect_AnswerWithoutEnd_IsNotReadToItsEnd()
    {
        _answer = new string(' ', 1_000_000) + State(true);

        Assert.Contains("cannot be asked", await _agent.SetProtectionAsync(true, Hour, default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Protect_NobodyListens_SaysSo()
    {
        await _app.StopAsync();

        Assert.Contains("cannot be asked", await _agent.SetProtectionAsync(true, Hour, default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Protect_Cancelled_IsNoAnswer()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _agent.SetProtectionAsync(true, Hour, cancelled.Token));
    }

    private static string State(bool isProtected) =>
        $$$"""{"protection":{"ExpirationDate":"2026-11-21T11:00:00.000Z","ProtectionEnabled":{{{(isProtected ? "true" : "false")}}},"TaskArn":"t"}}""";

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        _requests.Enqueue(
            $"{context.Request.Method} {context.Request.Path} {context.Request.ContentType} {await reader.ReadToEndAsync()}");
        context.Response.StatusCode = _status;
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(_answer));
    }
}
