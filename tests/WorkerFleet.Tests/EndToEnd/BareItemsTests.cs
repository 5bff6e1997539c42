using System.Collections.Concurrent;
using MassTransit;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Items;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.EndToEnd;

public sealed class BareItemsTests : IDisposable
{
    private const int Rows = 20;

    private readonly TempFolder _folder = new();
    private readonly TestAgents _agents = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>As dispatched, and as the schedule sends it when its time has come.</summary>
    [Fact]
    public async Task Run_EveryRowIsTriedTwice_ItemsAreBareAndSayWhenTheyWereSent()
    {
        _agents.Answer(call => call.Attempt == 1 ? TestAgents.Fail(retryable: true) : AgentReply.Succeed("1"u8.ToArray()));
        await using var fleet = await EmbeddedFleet.StartAsync(_folder, _agents);
        var items = new ItemWatch();
        fleet.Get<IBus>().ConnectReceiveObserver(items);
        var from = TimeProvider.System.GetUtcNow().UtcDateTime;

        var batch = await fleet.EndsAsync(await fleet.SubmitAsync(Rows));

        Assert.Equal(BatchStatus.Completed, batch.CurrentState);
        // The last one can be seen behind the end of the batch.
        await Eventually.IsTrueAsync(() => items.Seen.Count >= 2 * Rows);
        Assert.Equal(Enumerable.Repeat(1, Rows).Concat(Enumerable.Repeat(2, Rows)), items.Seen.Select(item => item.Attempt).Order());
        Assert.All(items.Seen, item =>
        {
            Assert.Equal("application/json", item.ContentType);
            Assert.StartsWith("{\"batchId\":", item.Body, StringComparison.Ordinal);
            Assert.InRange(item.SentAt!.Value.ToUniversalTime(), from.AddSeconds(-1), TimeProvider.System.GetUtcNow().UtcDateTime);
        });
    }

    private sealed class ItemWatch : IReceiveObserver
    {
        public ConcurrentQueue<(int Attempt, string? ContentType, string Body, DateTime? SentAt)> Seen { get; } = new();

        public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
            where T : class
        {
            if (context.Message is ProcessBatchItem item)
                Seen.Enqueue((item.Attempt, context.ReceiveContext.ContentType?.ToString(),
                    context.ReceiveContext.Body.GetString(), context.SentTime));
            return Task.CompletedTask;
        }

        public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

        public Task PostReceive(ReceiveContext context) => Task.CompletedTask;

        public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
            where T : class => Task.CompletedTask;

        public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
    }
}
