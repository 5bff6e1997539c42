using System.Net;
using WorkerFleet.Api.Problems;
using WorkerFleet.Api.Submission;
using WorkerFleet.Batches;
using WorkerFleet.Scheduling;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Api;

/// <summary>One idempotency key makes one batch, whatever happens between two requests.</summary>
public sealed class IdempotencyTests : IAsyncLifetime
{
    private const string Rows = "id,city\n1,Oslo\n2,Bergen\n";
    private const string Key = "cities";

    private readonly Faults _faults = new();
    private ApiFixture _api = null!;

    public async Task InitializeAsync() => _api = await ApiFixture.StartAsync(more: services =>
    {
        _faults.Decorate<IBatchStore>(services);
        _faults.Decorate<ISchedule>(services);
    });

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Submit_SameKeyWhileTheFirstUploads_IsAConflictAndMakesNoSecondBatch()
    {
        using var upload = new HeldContent(Rows);
        var first = PostAsync(upload);
        // It is kept behind the turn of its key, and before the batch.
        await Eventually.HoldsAsync(RecordAsync, record => record is not null);

        using var second = await PostAsync(new StringContent(Rows));
        await ApiAssert.ProblemAsync(second, HttpStatusCode.Conflict, ProblemTypes.Conflict);
        upload.GoOn();
        using var made = await first;
        using var third = await PostAsync(new StringContent(Rows));

        Assert.Equal(await ResultAsync(made) with { Existing = true }, await ResultAsync(third));
        Assert.Single(await BatchesAsync());
    }

    [Fact]
    public async Task Submit_SameKeyManyTimesAtOnce_MakesOneBatch()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => PostAsync(new StringContent(Rows))));

        Assert.All(answers, answer =>
            Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.Created, HttpStatusCode.Conflict]));
        var made = await Task.WhenAll(answers
            .Where(answer => answer.StatusCode == HttpStatusCode.Created).Select(ResultAsync));
        Assert.Single(made.Select(result => result.Batch).Distinct());
        Assert.Single(made, result => !result.Existing);
        Assert.Equal(made[0].Batch, Assert.Single(await BatchesAsync()).CorrelationId);
        foreach (var answer in answers)
            answer.Dispose();
    }

    [Fact]
    public async Task Submit_CrashBetweenTheRecordAndTheBatch_RepeatFinishesTheSameBatch()
    {
        _faults.FailNext(nameof(IBatchStore.InsertAsync));
        using (var crashed = await PostAsync(new StringContent(Rows)))
            await ApiAssert.ProblemAsync(crashed, HttpStatusCode.ServiceUnavailable, ProblemTypes.Unavailable);
        Assert.Empty(await BatchesAsync());
        var record = await RecordAsync();

        using var repeated = await PostAsync(new StringContent(Rows));

        Assert.Equal((record!.BatchId, false), await ResultAsync(repeated));
        Assert.Equal(record.BatchId, Assert.Single(await BatchesAsync()).CorrelationId);
        await _api.EndsAsync(record.BatchId);
        Assert.Equal(2, _api.Agents.Calls.Count);
    }

    [Fact]
    public async Task Submit_CrashBetweenTheBatchAndItsOrder_RepeatFindsTheSameBatch()
    {
        _faults.FailNext(nameof(ISchedule.PutAsync));
        using (var crashed = await PostAsync(new StringContent(Rows)))
            await ApiAssert.ProblemAsync(crashed, HttpStatusCode.ServiceUnavailable, ProblemTypes.Unavailable);
        var batch = Assert.Single(await BatchesAsync()).CorrelationId;

        using var repeated = await PostAsync(new StringContent(Rows));

        Assert.Equal((batch, true), await ResultAsync(repeated));
        Assert.Single(await BatchesAsync());
    }

    private async Task<HttpResponseMessage> PostAsync(HttpContent rows)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/batches")
        {
            Content = new MultipartFormDataContent
            {
                { new StringContent("agent"), "agent" },
                { rows, "source", "rows.csv" },
            },
        };
        request.Headers.Add("Idempotency-Key", Key);
        return await _api.Client.SendAsync(request);
    }

    private Task<IdempotencyRecord?> RecordAsync() =>
        _api.Get<IdempotencyRecords>().FindAsync(IdempotencyRecords.NameOf(null, Key), CancellationToken.None);

    private Task<IReadOnlyList<BatchState>> BatchesAsync() =>
        _api.Get<IBatchStore>().ListAsync(null, false, 10, CancellationToken.None);

    private static async Task<(Guid Batch, bool Existing)> ResultAsync(HttpResponseMessage answer)
    {
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        var body = await answer.BodyAsync();
        return (body.GetProperty("batch_id").GetGuid(), body.GetProperty("existing").GetBoolean());
    }

    /// <summary>Sends its first line at once, and the rest when it is told to.</summary>
    private sealed class HeldContent(string text) : HttpContent
    {
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void GoOn() => _gate.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(text);
            await stream.WriteAsync(bytes.AsMemory(0, 8));
            await stream.FlushAsync();
            await _gate.Task;
            await stream.WriteAsync(bytes.AsMemory(8));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
