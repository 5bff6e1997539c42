using System.Net;
using WorkerFleet.Agents;
using WorkerFleet.Api.Problems;
using WorkerFleet.Batches;
using WorkerFleet.Ledger;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api;

public sealed class ControlRoutesTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _gate = new();
    private ApiFixture _api = null!;

    public async Task InitializeAsync()
    {
        _api = await ApiFixture.StartAsync();
        _api.Agents.OnInvoke = async (call, cancellationToken) =>
        {
            await _gate.Task.WaitAsync(cancellationToken);
            return call.Index is 1 or 2 && call.Attempt == 1
                ? TestAgents.Fail(retryable: false) : AgentReply.Succeed("1"u8.ToArray());
        };
    }

    public async Task DisposeAsync()
    {
        _gate.TrySetResult();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task PauseResumeCancel_OfABatchThatRuns_TakeEffect()
    {
        var batch = await _api.SubmitAsync(100);
        await Eventually.IsTrueAsync(() => _api.Agents.Calls.Count > 0);

        await AcceptedAsync(batch, "pause");
        await StateAsync(batch, BatchStatus.Paused);
        await AcceptedAsync(batch, "pause");
        await AcceptedAsync(batch, "resume");
        await _api.ComesToAsync(batch, state => state.CurrentState is not BatchStatus.Paused);
        await AcceptedAsync(batch, "cancel", """{"reason": "wrong prompt"}""");
        await StateAsync(batch, BatchStatus.Cancelling);
        _gate.SetResult();
        var ended = await _api.EndsAsync(batch);

        Assert.Equal((BatchStatus.Cancelled, "wrong prompt"), (ended!.CurrentState, ended.EndReason));
        foreach (var order in (string[])["pause", "resume", "cancel"])
            await ConflictAsync(await PostAsync(batch, order), "over already: cancelled");
    }

    [Fact]
    public async Task SetLimits_OfABatchThatRuns_ChangesWhatIsNamed()
    {
        var batch = await _api.SubmitAsync(10);
        using var response = await _api.Client.PatchAsync(
            $"/api/v1/batches/{batch}/limits",
            ApiAssert.Json("""{"concurrency": 5, "timeout": "90s", "priority": "high"}"""));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var state = await _api.ComesToAsync(batch, found => found.LimitsChangedAt is not null);
        Assert.Equal((5, TimeSpan.FromSeconds(90), BatchPriority.High, 3), (
            state!.Spec.Limits.Concurrency, state.Spec.Limits.AttemptTimeout, state.Spec.Limits.Priority,
            state.Spec.Retry.MaxAttempts));
    }

    [Theory]
    [InlineData("{}", "There is nothing to set")]
    [InlineData("""{"concurrency": 0}""", "concurrency: '0' is not a whole number from 1 to 10,000")]
    [InlineData("""{"timeout": "soon"}""", "timeout: 'soon' is not a duration")]
    [InlineData("""{"priority": "urgent"}""", "priority: 'urgent' is not one of low, normal, high")]
    [InlineData("""{"deadline": "1h"}""", "there are concurrency, timeout, attempts, priority")]
    public async Task SetLimits_ThatMakeNoSense_SaysWhy(string body, string part)
    {
        var batch = await _api.SubmitAsync(1);
        using var response = await _api.Client.PatchAsync($"/api/v1/batches/{batch}/limits", ApiAssert.Json(body));

        var problem = await ApiAssert.ProblemAsync(response, HttpStatusCode.BadRequest, ProblemTypes.BadRequest);
        Assert.Contains(part, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_OfRows_RunsTheseAgain()
    {
        var batch = await FailedAsync();

        await AcceptedAsync(batch, "replay", """{"rows": [2, 2]}""");
        await _api.EndsAsync(batch, round: 1);

        var counts = await _api.Get<ILedger>().CountAsync(batch, CancellationToken.None);
        Assert.Equal((9, 1), (counts.Succeeded, counts.Failed));
        await AcceptedAsync(batch, "replay", """{"all": true}""");
        await _api.EndsAsync(batch, round: 2);
        await ConflictAsync(await PostAsync(batch, "replay", """{"all": true}"""), "nothing to run again");
    }

    [Theory]
    [InlineData("{}", "name one of rows, group and all")]
    [InlineData("""{"all": true, "rows": [1]}""", "name one of rows, group and all")]
    [InlineData("""{"rows": []}""", "rows: name 1 to 1000")]
    [InlineData("""{"rows": [0]}""", "row 0 succeeded")]
    [InlineData("""{"rows": [10]}""", "there is no row 10")]
    public async Task Replay_ThatMakesNoSense_SaysWhy(string body, string part)
    {
        using var response = await PostAsync(await FailedAsync(), "replay", body);

        var problem = await ApiAssert.ProblemAsync(response, HttpStatusCode.BadRequest, ProblemTypes.BadRequest);
        Assert.Contains(part, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_OfAGroupThatIsNot_Is409()
    {
        await ConflictAsync(
            await PostAsync(await FailedAsync(), "replay", """{"group": "0123456789"}"""),
            "No open failure of the batch has the cause");
    }

    [Fact]
    public async Task Orders_ToABatchThatNobodyDrives_Are409WithWhatToDo()
    {
        await using var api = await ApiFixture.StartAsync(drives: false);
        var batch = await api.SubmitAsync(1);
        foreach (var order in (string[])["pause", "resume", "cancel"])
            await ConflictAsync(await api.Client.PostAsync($"/api/v1/batches/{batch}/{order}", null), "fleet resume");
    }

    /// <summary>Ten rows, of which two have failed for good.</summary>
    private async Task<Guid> FailedAsync()
    {
        _gate.TrySetResult();
        var batch = await _api.SubmitAsync(10);
        await _api.EndsAsync(batch);
        return batch;
    }

    private Task<HttpResponseMessage> PostAsync(Guid batch, string order, string body = "{}") =>
        _api.Client.PostAsync($"/api/v1/batches/{batch}/{order}", body);

    private async Task AcceptedAsync(Guid batch, string order, string body = "{}")
    {
        using var response = await PostAsync(batch, order, body);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        Assert.Equal($"/api/v1/batches/{batch}", response.Headers.Location?.OriginalString);
        Assert.Equal(batch, (await response.BodyAsync()).GetProperty("batch_id").GetGuid());
    }

    private Task StateAsync(
        Guid batch, string status) => _api.ComesToAsync(batch, state => state.CurrentState == status);

    private static async Task ConflictAsync(HttpResponseMessage response, string part)
    {
        var problem = await ApiAssert.ProblemAsync(response, HttpStatusCode.Conflict, ProblemTypes.Conflict);
        Assert.Contains(part, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
