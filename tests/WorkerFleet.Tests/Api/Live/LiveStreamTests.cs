using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;
using WorkerFleet.Access;
using WorkerFleet.Api.Contracts;
using WorkerFleet.Api.Live;
using WorkerFleet.Batches;
using WorkerFleet.Tests.Api.Access;
using WorkerFleet.Tests.Fakes;
using WorkerFleet.Workers;

namespace WorkerFleet.Tests.Api.Live;

/// <summary>Server-sent events over a real port.</summary>
public sealed class LiveStreamTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Batch_ThatEnds_SendsItsFinalStateAndEnds()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var batch = await host.AddBatchAsync();
        await using var stream = await OpenAsync(host, $"/api/v1/batches/{batch}/live");
        Assert.Equal("Processing", (await stream.UntilAsync(_ => true))[0].Batch.Status);

        await host.ChangeAsync(batch, state => state.CurrentState = BatchStatus.Cancelled);

        await stream.UntilAsync(sample => sample.Batch.Status == BatchStatus.Cancelled);
        Assert.Null(await stream.NextAsync());
    }

    [Fact]
    public async Task Batch_ThatIsOver_TellsWhoComesBackAfterItsEndToStop()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var batch = await host.AddBatchAsync(status: BatchStatus.Processing);
        await host.ChangeAsync(batch, state => (state.CurrentState, state.FinishedAt) =
            (BatchStatus.Completed, TimeProvider.System.GetUtcNow()));
        await using var stream = await OpenAsync(host, $"/api/v1/batches/{batch}/live");
        var final = await stream.NextAsync();
        Assert.EndsWith("!", final!.Value.Id, StringComparison.Ordinal);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/batches/{batch}/live");
        request.Headers.Add("Last-Event-ID", final.Value.Id);
        using var answer = await host.Client().SendAsync(request);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    [Fact]
    public async Task Connection_ThatBreaks_GoesOnBehindTheLastEvent()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var batch = await host.AddBatchAsync(rows: 1);
        string? lastId;
        await using (var broken = await OpenAsync(host, $"/api/v1/batches/{batch}/live"))
            lastId = (await broken.NextAsync())!.Value.Id;
        for (var rows = 2; rows <= 3; rows++)
        {
            await host.ChangeAsync(batch, state => state.TotalRows = rows);
            await host.SampledAsync(batch, sample => sample.Batch.Rows == rows);
        }

        await using var stream = await OpenAsync(host, $"/api/v1/batches/{batch}/live", lastId: lastId);

        var missed = await stream.UntilAsync(sample => sample.Batch.Rows == 3);
        Assert.Equal([2, 3], missed.Select(sample => sample.Batch.Rows).Distinct().Where(rows => rows > 1));
        Assert.True(missed[0].Sequence > LiveEventId.Parse(lastId).Sequence);
        await using var fresh = await OpenAsync(host, $"/api/v1/batches/{batch}/live");
        Assert.Equal(3, Assert.Single(await fresh.UntilAsync(_ => true)).Batch.Rows);
    }

    [Fact]
    public async Task Watchers_OfOneBatch_ShareOneReader()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var batch = await host.AddBatchAsync();
        await using var first = await OpenAsync(host, $"/api/v1/batches/{batch}/live");
        await using var second = await OpenAsync(host, $"/api/v1/batches/{batch}/live");
        await Eventually.IsTrueAsync(() => host.Get<LiveFeed>().TopicOf(batch)?.Watchers == 2);

        await host.ChangeAsync(batch, state => state.CurrentState = BatchStatus.Cancelled);
        var (one, other) = (await first.EndAsync(), await second.EndAsync());

        // Of one reader: two would not have looked at the same time.
        Assert.EndsWith("!", one, StringComparison.Ordinal);
        Assert.Equal(one, other);
    }

    [Fact]
    public async Task Workers_ThatSayWhatTheyDo_AreSummedUp()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var batch = await host.AddBatchAsync();
        var bucket = LatencyBuckets.Of(TimeSpan.FromMilliseconds(100));
        foreach (var id in (string[])["a", "b"])
            await host.Get<IWorkerRegistry>().PutAsync(Worker(id, batch, bucket), default);

        await using var stream = await OpenAsync(host, $"/api/v1/batches/{batch}/live");

        var json = (await stream.NextAsync())!.Value.Json;
        Assert.Equal(6, json.GetProperty("in_flight").GetInt32());
        Assert.InRange(json.GetProperty("latency_ms").GetProperty("p99").GetDouble(), 80, 120);
    }

    [Fact]
    public async Task List_OfAnOwner_HasItsBatchesAndMovesOn()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        await host.AddBatchAsync("bob");
        var own = await host.AddBatchAsync("ada");
        await using var stream = await OpenAsync(host, "/api/v1/live", await host.AddKeyAsync("ada"));
        var first = (await stream.NextAsync())!.Value.Json.GetProperty("batches");
        Assert.Equal(own, Assert.Single(first.EnumerateArray()).GetProperty("batch_id").GetGuid());

        await host.ChangeAsync(own, state => state.CurrentState = BatchStatus.Paused);

        var second = (await stream.NextAsync())!.Value.Json.GetProperty("batches");
        Assert.Equal("Paused", Assert.Single(second.EnumerateArray()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Batch_OfAnotherOwnerOrNone_IsNotFound()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var client = host.Client(await host.AddKeyAsync("ada"));

        using var hidden = await client.GetAsync($"/api/v1/batches/{await host.AddBatchAsync("bob")}/live");
        using var missing = await client.GetAsync($"/api/v1/batches/{Guid.CreateVersion7()}/live");

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (hidden.StatusCode, missing.StatusCode));
    }

    [Fact]
    public async Task Streams_WithWrongKeyOrWithoutTheScope_AreRefused()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);

        using var wrong = await host.Client("fleet_no").GetAsync("/api/v1/live");
        using var scope = await host.Client(await host.AddKeyAsync(null, null, "submit")).GetAsync("/api/v1/live");

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden), (wrong.StatusCode, scope.StatusCode));
    }

    [Fact]
    public async Task Stream_KeyIsRevoked_EndsWithinSeconds()
    {
        await using var host = await AccessHost.StartAsync(_folder.Path);
        var key = await host.AddKeyAsync();
        await using var stream = await OpenAsync(host, $"/api/v1/batches/{await host.AddBatchAsync()}/live", key);
        await stream.NextAsync();

        await host.Get<IApiKeys>().RevokeAsync(ApiKeyText.Parse(key)!.Id, TimeProvider.System.GetUtcNow(), default);

        await stream.EndAsync();
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<EventReader> OpenAsync(
        AccessHost host, string path, string? key = null, string? lastId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastId is not null)
            request.Headers.Add("Last-Event-ID", lastId);
        var answer = await host.Client(key).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(new MediaTypeHeaderValue("text/event-stream"), answer.Content.Headers.ContentType);
        return new EventReader(answer, await answer.Content.ReadAsStreamAsync());
    }

    private static WorkerRecord Worker(string id, Guid batch, int bucket) => new()
    {
        Id = id,
        Host = "host",
        Version = "1",
        Roles = ["worker"],
        StartedAt = TimeProvider.System.GetUtcNow(),
        SeenAt = TimeProvider.System.GetUtcNow().AddMinutes(1),
        Status = WorkerStatus.Running,
        Activity = [new BatchActivity(batch, 3, new Dictionary<int, int> { [bucket] = 5 })],
    };

    private sealed class EventReader(HttpResponseMessage answer, Stream body) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<SseItem<string>> _events =
            SseParser.Create(body).EnumerateAsync().GetAsyncEnumerator();

        /// <returns>Null at the end of the stream.</returns>
        public async Task<(string Id, JsonElement Json)?> NextAsync() =>
            await _events.MoveNextAsync().AsTask().WaitAsync(Limit)
                ? (_events.Current.EventId!, JsonDocument.Parse(_events.Current.Data).RootElement)
                : null;

        /// <returns>What came, up to what was waited for. Samples that differ in the rate alone come in
        /// between.</returns>
        public async Task<IReadOnlyList<BatchLiveJson>> UntilAsync(Func<BatchLiveJson, bool> holds)
        {
            var samples = new List<BatchLiveJson>();
            while (await NextAsync() is { } next)
            {
                samples.Add(next.Json.Deserialize<BatchLiveJson>(PublicJson.Line)!);
                if (holds(samples[^1]))
                    return samples;
            }

            throw new InvalidOperationException("The stream ended before what was waited for.");
        }

        /// <returns>The id of the last event.</returns>
        public async Task<string?> EndAsync()
        {
            string? id = null;
            while (await NextAsync() is { } next)
                id = next.Id;
            return id;
        }

        public ValueTask DisposeAsync()
        {
            answer.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
