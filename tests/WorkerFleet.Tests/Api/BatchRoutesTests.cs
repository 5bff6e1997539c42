using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api;

public sealed class BatchRoutesTests : IAsyncLifetime
{
    private ApiFixture _api = null!;

    public async Task InitializeAsync() => _api = await ApiFixture.StartAsync();

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task List_ManyBatches_ComesInPagesTheNewestFirst()
    {
        var all = new List<Guid>();
        for (var i = 0; i < 5; i++)
            all.Add(await _api.SubmitAsync(1));
        var seen = new List<Guid>();
        var path = "/api/v1/batches?limit=2";
        for (string? cursor = null; ;)
        {
            var page = await _api.ReadAsync(cursor is null ? path : $"{path}&cursor={cursor}");
            Assert.InRange(page.GetProperty("batches").GetArrayLength(), 1, 2);
            seen.AddRange(IdsOf(page));
            if (!page.TryGetProperty("next_cursor", out var next))
                break;
            cursor = next.GetString();
        }

        Assert.Equal(all.AsEnumerable().Reverse(), seen);
    }

    [Fact]
    public async Task List_WithFilters_HasOnlyThoseOfTheOwnerNameAndState()
    {
        _api.Agents.Answer(call => call.Input.GetRawText().Contains('1', StringComparison.Ordinal)
            ? TestAgents.Fail(retryable: false) : AgentReply.Succeed("1"u8.ToArray()));
        var failing = await _api.SubmitAsync(3, "ann", spec => spec with { Name = "Invoices of May" });
        var fine = await _api.SubmitAsync(1, "bob");
        await _api.EndsAsync(failing);
        await _api.EndsAsync(fine);

        Assert.Equal([failing], IdsOf(await _api.ReadAsync("/api/v1/batches?owner=ann")));
        Assert.Equal([failing], IdsOf(await _api.ReadAsync("/api/v1/batches?name=invoices")));
        Assert.Equal([failing], IdsOf(await _api.ReadAsync("/api/v1/batches?status=completed_with_failures")));
        Assert.Equal([fine], IdsOf(await _api.ReadAsync("/api/v1/batches?status=Completed")));
        Assert.Empty(IdsOf(await _api.ReadAsync("/api/v1/batches?unfinished=true")));
        using var bob = _api.As("bob", "read");
        Assert.Equal([fine], IdsOf(await _api.ReadAsync("/api/v1/batches", bob)));
        Assert.Empty(IdsOf(await _api.ReadAsync("/api/v1/batches?owner=ann", bob)));
    }

    [Fact]
    public async Task Find_Batch_HasCountsOptionsAndCauses()
    {
        _api.Agents.Answer(call => call.Index == 2
            ? TestAgents.Fail(retryable: false, "The zip code is wrong.") : AgentReply.Succeed("1"u8.ToArray()));
        var batch = await _api.SubmitAsync(20);
        await _api.EndsAsync(batch);

        var found = await Eventually.HoldsAsync(
            () => _api.ReadAsync($"/api/v1/batches/{batch}"), read => read.GetProperty("errors").GetArrayLength() == 1);

        var json = found.GetProperty("batch");
        Assert.Equal("ann", json.GetProperty("owner").GetString());
        Assert.Equal(19, json.GetProperty("counts").GetProperty("succeeded").GetInt64());
        Assert.Equal("Look at {{n}}",
            found.GetProperty("options").GetProperty("mapping").GetProperty("prompt").GetString());
        Assert.Equal("The zip code is wrong.", found.GetProperty("errors")[0].GetProperty("sample").GetString());
        var counts = await _api.ReadAsync($"/api/v1/batches/{batch}/counts");
        Assert.Equal((20, 1), (counts.GetProperty("rows").GetInt64(),
            counts.GetProperty("counts").GetProperty("failed").GetInt64()));
    }

    [Fact]
    public async Task Find_WithTheETagOfBefore_Is304UntilSomethingChanges()
    {
        var gate = new TaskCompletionSource();
        _api.Agents.OnInvoke = async (_, cancellationToken) =>
        {
            await gate.Task.WaitAsync(cancellationToken);
            return AgentReply.Succeed("1"u8.ToArray());
        };
        var batch = await _api.SubmitAsync(1);
        await _api.ComesToAsync(batch, state => state.CurrentState == BatchStatus.Processing && state.DispatchComplete);
        await Eventually.IsTrueAsync(() => _api.Agents.Calls.Count == 1);
        var tag = await TagAsync(batch);

        Assert.Equal(HttpStatusCode.NotModified, await AskAgainAsync(batch, tag));
        gate.SetResult();
        await _api.EndsAsync(batch);
        Assert.Equal(HttpStatusCode.OK, await AskAgainAsync(batch, tag));
    }

    private async Task<EntityTagHeaderValue> TagAsync(Guid batch)
    {
        using var response = await _api.Client.GetAsync($"/api/v1/batches/{batch}");
        return response.Headers.ETag!;
    }

    private async Task<HttpStatusCode> AskAgainAsync(Guid batch, EntityTagHeaderValue tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/batches/{batch}");
        request.Headers.IfNoneMatch.Add(tag);
        using var response = await _api.Client.SendAsync(request);
        return response.StatusCode;
    }

    private static IEnumerable<Guid> IdsOf(JsonElement page) =>
        page.GetProperty("batches").EnumerateArray().Select(batch => batch.GetProperty("batch_id").GetGuid());
}
