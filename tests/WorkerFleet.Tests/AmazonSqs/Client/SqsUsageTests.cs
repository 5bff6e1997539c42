using Microsoft.Extensions.Logging;
using WorkerFleet.AmazonSqs.Client;

namespace WorkerFleet.Tests.AmazonSqs.Client;

public sealed class SqsUsageTests
{
    [Fact]
    public async Task Report_AtTheEnd_SaysWhatTheProcessHad()
    {
        var log = new Lines();
        using var report = new SqsUsageReport(log);
        await report.StartAsync(CancellationToken.None);
        await using var server = SqsServer.Answering(number => number == 1
            ? SqsServer.Error("400 Bad Request", "RequestThrottled")
            : SqsServer.Ok("""{"Successful":[{"Id":"0"},{"Id":"1"}]}"""));
        using var client = server.Client();

        await client.DeleteMessageBatchAsync(
            server.QueueUrl, [new() { Id = "0", ReceiptHandle = "a" }, new() { Id = "1", ReceiptHandle = "b" }],
            CancellationToken.None);
        await report.StopAsync(CancellationToken.None);

        // Other tests of this process may use SQS at the same time.
        Assert.Matches(
            "^Amazon SQS: [0-9]+ requests, [0-9]+ empty receives, [1-9][0-9]* throttled, [0-9]+ failed$", log.All[0]);
        Assert.Matches("^Amazon SQS by operation: .*DeleteMessageBatch [0-9]+ for [0-9]+ messages", log.All[1]);
    }

    [Fact]
    public void Snapshot_FromManyThreads_HasEverything()
    {
        var usage = new SqsUsage();

        Parallel.For(0, 1_000, i =>
        {
            usage.AddRequest("SendMessageBatch", i % 10 == 0 ? RequestOutcome.Throttled : RequestOutcome.Ok);
            usage.Add("ReceiveMessage", new(1, 0, 0, 0, 1));
        });

        Assert.Equal(new SqsOperationUsage(1_000, 0, 100, 0, 0), usage.Snapshot()["SendMessageBatch"]);
        Assert.Equal(new SqsOperationUsage(2_000, 0, 100, 0, 1_000), usage.Total);
    }

    private sealed class Lines : ILogger<SqsUsageReport>
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            All.Add(formatter(state, exception));
    }
}
