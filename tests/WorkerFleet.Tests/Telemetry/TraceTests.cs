using System.Collections.Concurrent;
using System.Diagnostics;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Tests.EndToEnd;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Telemetry;

[Collection(ListeningAlone.Name)]
public sealed class TraceTests : IAsyncLifetime, IDisposable
{
    private const int Rows = 20;
    private const long Unlucky = 3;

    private readonly TempFolder _folder = new();
    private readonly TestAgents _agents = new();
    private readonly ConcurrentQueue<(string? Id, bool Recorded)> _seenByAgent = new();
    private EmbeddedFleet _fleet = null!;

    public async Task InitializeAsync()
    {
        _agents.Answer(call =>
        {
            _seenByAgent.Enqueue((Activity.Current?.Id, Activity.Current?.Recorded ?? false));
            return call is { Index: Unlucky, Attempt: 1 }
                ? TestAgents.Fail(retryable: true)
                : AgentReply.Succeed("1"u8.ToArray());
        });
        _fleet = await EmbeddedFleet.StartAsync(_folder, _agents);
    }

    public async Task DisposeAsync() => await _fleet.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_WithARetry_IsOneTreeAcrossTheBroker()
    {
        using var spans = new SpanLog();

        var batch = await RunAsync();

        var submit = Assert.Single(spans.Named("submit batch"));
        Assert.Equal((batch.TraceParent, ActivityKind.Producer), (submit.Id, submit.Kind));
        Assert.Equal(batch.CorrelationId.ToString("D"), submit.GetTagItem("workerfleet.batch.id"));
        Assert.All(spans.All, span => Assert.Equal(submit.TraceId, span.TraceId));

        var slices = spans.Named("dispatch slice");
        Assert.Equal([16, 4], slices.OrderBy(SliceOf).Select(span => span.GetTagItem("messaging.batch.message_count")));
        Assert.All(slices, span => AssertBelow(submit, span));
        var end = Assert.Single(spans.Named("aggregate batch"));
        AssertBelow(submit, end);
        Assert.Equal("completed", end.GetTagItem("workerfleet.batch.status"));

        var deliveries = spans.Named("process item");
        Assert.Equal(Rows + 1, deliveries.Count);
        Assert.All(deliveries, span => AssertBelow(submit, span));
        Assert.All(deliveries, span => Assert.Equal("in_memory", span.GetTagItem("messaging.system")));
        var attempts = spans.Named("attempt item");
        Assert.Equal(Rows + 1, attempts.Count);
        Assert.Equal(
            deliveries.Select(span => span.SpanId).ToHashSet(), attempts.Select(span => span.ParentSpanId).ToHashSet());
        foreach (var delivery in deliveries.Where(span => RowOf(span) != Unlucky))
            Assert.Equal(slices.Single(slice => SliceOf(slice) == SliceOf(delivery)).SpanId, LinkOf(delivery));

        var tries = attempts.Where(span => RowOf(span) == Unlucky).OrderBy(span => span.GetTagItem("workerfleet.attempt")).ToList();
        Assert.Equal([1, 2], tries.Select(span => span.GetTagItem("workerfleet.attempt")));
        Assert.Equal(["unavailable", "succeeded"], tries.Select(span => span.GetTagItem("workerfleet.outcome")));
        Assert.Equal([ActivityStatusCode.Error, ActivityStatusCode.Unset], tries.Select(span => span.Status));
        var (first, second) = (tries[0].Parent!, tries[1].Parent!);
        Assert.Equal(slices.Single(slice => SliceOf(slice) == 0).SpanId, LinkOf(first));
        Assert.Equal(first.SpanId, LinkOf(second));
    }

    [Fact]
    public async Task Run_WhoeverSubmitsHasATrace_TheBatchIsPartOfIt()
    {
        using var spans = new SpanLog();
        const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        var batch = await RunAsync(Parent);

        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", batch.TraceParent, StringComparison.Ordinal);
        Assert.Equal("b7ad6b7169203331", Assert.Single(spans.Named("submit batch")).ParentSpanId.ToHexString());
    }

    [Fact]
    public async Task Run_NobodyListens_MakesNoSpanAndTellsTheAgentOfTheTrace()
    {
        var batch = await RunAsync();

        Assert.Equal(Rows + 1, _seenByAgent.Count);
        var trace = batch.TraceParent![..36];
        Assert.All(_seenByAgent, seen => Assert.StartsWith(trace, seen.Id, StringComparison.Ordinal));
        Assert.All(_seenByAgent, seen => Assert.True(seen.Recorded));
    }

    [Fact]
    public async Task Run_WhoeverSubmitsRecordsNothing_NorDoesTheAgent()
    {
        var batch = await RunAsync("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");

        Assert.EndsWith("-00", batch.TraceParent, StringComparison.Ordinal);
        Assert.All(_seenByAgent, seen => Assert.False(seen.Recorded));
    }

    [Fact]
    public async Task Run_SampledOut_RecordsNothingAndSaysSoToTheAgent()
    {
        using var spans = new SpanLog((_, _) => false);

        var batch = await RunAsync();

        Assert.Empty(spans.All);
        Assert.EndsWith("-00", batch.TraceParent, StringComparison.Ordinal);
        var trace = batch.TraceParent![..36];
        Assert.All(_seenByAgent, seen => Assert.StartsWith(trace, seen.Id, StringComparison.Ordinal));
        Assert.All(_seenByAgent, seen => Assert.False(seen.Recorded));
    }

    [Fact]
    public async Task Run_SomeRowsSampled_TheAgentIsToldOfEachWhetherItIs()
    {
        using var spans = new SpanLog((_, row) => row is null or < 5);

        await RunAsync();

        Assert.Equal([0, 1, 2, 3, 3, 4], spans.Named("attempt item").Select(RowOf).Order());
        Assert.Equal([0, 1, 2, 3, 3, 4], spans.Named("process item").Select(RowOf).Order());
        Assert.Equal((6, Rows - 5), (_seenByAgent.Count(seen => seen.Recorded), _seenByAgent.Count(seen => !seen.Recorded)));
    }

    private async Task<BatchState> RunAsync(string? traceParent = null)
    {
        var id = await _fleet.SubmitAsync(Rows, traceParent: traceParent);
        var batch = await _fleet.EndsAsync(id);
        Assert.Equal(BatchStatus.Completed, batch.CurrentState);
        // The last span may end a moment after what it did can be seen.
        await _fleet.StopAsync();
        return batch;
    }

    private static void AssertBelow(Activity parent, Activity span) => Assert.Equal(parent.SpanId, span.ParentSpanId);

    private static long RowOf(Activity span) => (long)span.GetTagItem("workerfleet.row")!;

    private static int SliceOf(Activity span) => (int)span.GetTagItem("workerfleet.slice")!;

    private static ActivitySpanId LinkOf(Activity span) => Assert.Single(span.Links).Context.SpanId;
}
