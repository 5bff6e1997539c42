using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Api.Problems;
using WorkerFleet.Completions;
using WorkerFleet.Items;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Api;

/// <summary>Workers, agents and callbacks.</summary>
public sealed class FleetRoutesTests
{
    private static readonly CallbackOptions Callbacks = new() { Secret = "a secret of enough letters" };

    [Fact]
    public async Task Workers_OfTheFleet_HideTheBatchesOfOthers()
    {
        await using var api = await ApiFixture.StartAsync(drives: false);
        var now = TimeProvider.System.GetUtcNow();
        var batch = Guid.CreateVersion7();
        // Seen a moment from now, it is not lost however long the test takes.
        await api.Get<IWorkerRegistry>().PutAsync(WorkerOf("one", now.AddMinutes(1), batch), CancellationToken.None);
        await api.Get<IWorkerRegistry>().PutAsync(WorkerOf("two", now.AddMinutes(-1), batch), CancellationToken.None);

        var workers = (await api.ReadAsync("/api/v1/workers")).GetProperty("workers");
        Assert.Equal(["running", "lost"],
            workers.EnumerateArray().Select(worker => worker.GetProperty("status").GetString()));
        Assert.Equal(batch, workers[0].GetProperty("batches")[0].GetGuid());
        using var ann = api.As("ann", "read");
        var seen = (await api.ReadAsync("/api/v1/workers", ann)).GetProperty("workers");
        Assert.Equal(0, seen[0].GetProperty("batches").GetArrayLength());
    }

    [Fact]
    public async Task Agents_AreListedWithLimitsAndNotesAndCanBeProbed()
    {
        await using var api = await ApiFixture.StartAsync(drives: false);
        api.Agents.Limits = new() { Concurrency = 7 };
        await api.Get<IWorkerRegistry>().PutAsync(
            WorkerOf("one", TimeProvider.System.GetUtcNow().AddMinutes(1), Guid.Empty) with
            {
                AgentNotes = ["agent 'agent' asked to be left alone for 3 s", "agent 'other-agent' is not "
                    + "called: it failed"],
            }, CancellationToken.None);

        var agent = (await api.ReadAsync("/api/v1/agents")).GetProperty("agents")[0];
        Assert.Equal((TestAgents.Name, 7),
            (agent.GetProperty("name").GetString(), agent.GetProperty("concurrency").GetInt32()));
        Assert.Equal("agent 'agent' asked to be left alone for 3 "
            + "s", agent.GetProperty("notes")[0].GetProperty("note").GetString());
        Assert.Equal(1, agent.GetProperty("notes").GetArrayLength());
        Assert.Equal(("test", "throttled"), (
            agent.GetProperty("type").GetString(), agent.GetProperty("standing").GetString()));
        using var probe = await api.Client.PostAsync("/api/v1/agents/agent/probe", null);
        Assert.True((await probe.BodyAsync()).GetProperty("healthy").GetBoolean());
        using var none = await api.Client.PostAsync("/api/v1/agents/nobody/probe", null);
        await ApiAssert.ProblemAsync(none, HttpStatusCode.NotFound, ProblemTypes.NotFound);
    }

    [Fact]
    public async Task Callback_WithTheSessionsToken_SettlesTheRow()
    {
        await using var api = await ApiFixture.StartAsync(more: services => services.AddSingleton(Callbacks));
        api.Agents.CompleteWithin = TimeSpan.FromMinutes(5);
        var batch = await api.SubmitAsync(1);
        await Eventually.IsTrueAsync(() => api.Agents.Calls.Count == 1);
        var session = ItemSession.ForAttempt(batch, 0, 1);

        using var without = await CallBackAsync(api, session, token: null);
        await ApiAssert.ProblemAsync(without, HttpStatusCode.Unauthorized, ProblemTypes.Unauthorized);
        using var wrong = await CallBackAsync(api, session, Callbacks.TokenFor(session + "1"));
        await ApiAssert.ProblemAsync(wrong, HttpStatusCode.Unauthorized, ProblemTypes.Unauthorized);
        using var bad = await CallBackAsync(api, session, Callbacks.TokenFor(session), "{");
        await ApiAssert.ProblemAsync(bad, HttpStatusCode.BadRequest, ProblemTypes.BadRequest);
        using var right = await CallBackAsync(api, session, Callbacks.TokenFor(session));
        Assert.Equal(HttpStatusCode.Accepted, right.StatusCode);
        await api.EndsAsync(batch);

        var item = await api.ReadAsync($"/api/v1/batches/{batch}/items/0");
        Assert.Equal(("succeeded", 42), (item.GetProperty("state").GetString(), item.GetProperty("output").GetInt32()));
    }

    [Fact]
    public async Task Callback_NoSecretConfigured_Is401WhateverTheToken()
    {
        await using var api = await ApiFixture.StartAsync(drives: false);
        var session = ItemSession.ForAttempt(Guid.CreateVersion7(), 0, 1);
        using var response = await CallBackAsync(api, session, new CallbackOptions().TokenFor(session));

        await ApiAssert.ProblemAsync(response, HttpStatusCode.Unauthorized, ProblemTypes.Unauthorized);
    }

    private static async Task<HttpResponseMessage> CallBackAsync(
        ApiFixture api, string session, string? token,
        string body = """{"status": "AGENT_BACKGROUND_TASK_COMPLETED", "output": 42}""")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/callbacks/{session}")
            { Content = ApiAssert.Json(body) };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await api.Client.SendAsync(request);
    }

    private static WorkerRecord WorkerOf(string id, DateTimeOffset seen, Guid batch) => new()
    {
        Id = id, Host = "host", Version = "1", Roles = [FleetRole.Worker], StartedAt = seen, SeenAt = seen,
        Status = WorkerStatus.Running, Batches = [batch],
    };
}
