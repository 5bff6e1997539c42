using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.DeadLetters;
using WorkerFleet.Ledger;
using WorkerFleet.Messaging;
using WorkerFleet.Results;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Results;

public sealed class AggregateBatchConsumerTests : IAsyncLifetime
{
    private FlowHarness _flow = null!;

    public async Task InitializeAsync() =>
        _flow = await FlowHarness.StartAsync((QueueNames.Results, typeof(AggregateBatchConsumer)));

    public async Task DisposeAsync() => await _flow.DisposeAsync();

    [Fact]
    public async Task Consume_AllSucceeded_ExportsAndReportsCompleted()
    {
        var batch = await SettledAsync(failing: []);

        Assert.Null(await AggregateAsync(batch));

        var report = Assert.Single(_flow.Sent<BatchAggregated>());
        Assert.Equal((BatchStatus.Completed, null), (report.Status, report.OutputProblem));
        Assert.True(File.Exists(Path.Combine(_flow.Output, "manifest.json")));
    }

    [Fact]
    public async Task Consume_SomeFailed_FilesTheLettersThatGotLost()
    {
        var batch = await SettledAsync(failing: [1]);

        await AggregateAsync(batch);

        Assert.Equal(BatchStatus.CompletedWithFailures, Assert.Single(_flow.Sent<BatchAggregated>()).Status);
        var letter = Assert.Single(await _flow.Get<IDeadLetters>().ReadAsync(new(batch.CorrelationId), CancellationToken.None));
        Assert.Equal(1, letter.Index);
    }

    [Fact]
    public async Task Consume_EndedEarly_ReportsWhatItEndsAs()
    {
        var batch = await SettledAsync(failing: []);
        await _flow.ChangeAsync(batch, b => b.EndStatus = BatchStatus.Cancelled);

        await AggregateAsync(batch);

        Assert.Equal(BatchStatus.Cancelled, Assert.Single(_flow.Sent<BatchAggregated>()).Status);
    }

    [Fact]
    public async Task Consume_RowsStillPending_ReportsIncomplete()
    {
        var batch = await _flow.AddBatchAsync(4, b => b.CurrentState = BatchStatus.Aggregating);
        await _flow.DispatchAllAsync(batch);

        await AggregateAsync(batch);

        Assert.Single(_flow.Sent<BatchIncomplete>());
        Assert.Empty(_flow.Sent<BatchAggregated>());
    }

    [Theory]
    [InlineData(BatchStatus.Completed, 0)]
    [InlineData(BatchStatus.Processing, 0)]
    [InlineData(BatchStatus.Aggregating, 1)]
    public async Task Consume_RepeatThatNobodyWaitsFor_DoesNotExportAgain(string status, int round)
    {
        var batch = await SettledAsync(failing: []);
        await _flow.ChangeAsync(batch, b => (b.CurrentState, b.Round) = (status, round));

        Assert.Null(await AggregateAsync(batch));

        Assert.Empty(_flow.Sent<BatchAggregated>());
        Assert.False(Directory.Exists(_flow.Output));
    }

    [Fact]
    public async Task Consume_FolderCannotBeWritten_EndsTheBatchWithTheProblem()
    {
        var batch = await SettledAsync(failing: []);
        await File.WriteAllTextAsync(_flow.Output, "in the way");

        Assert.Null(await AggregateAsync(batch));

        var report = Assert.Single(_flow.Sent<BatchAggregated>());
        Assert.Equal(BatchStatus.Completed, report.Status);
        Assert.NotNull(report.OutputProblem);
    }

    [Fact]
    public async Task Consume_StoreFails_FaultsSoThatItIsTriedAgain()
    {
        var batch = await SettledAsync(failing: []);
        _flow.Faults.FailNext(nameof(ILedger.ReadSettledAsync));

        Assert.IsType<StoreException>(await AggregateAsync(batch));
        Assert.Empty(_flow.Sent<BatchAggregated>());
        Assert.False(_flow.Get<Aggregator>().IsRunning(batch.CorrelationId));
        Assert.Null(await AggregateAsync(batch));

        Assert.Single(_flow.Sent<BatchAggregated>());
    }

    private async Task<BatchState> SettledAsync(long[] failing)
    {
        var batch = await _flow.AddBatchAsync(6, b => b.Output = _flow.Output);
        await _flow.DispatchAllAsync(batch);
        _flow.Agents.Answer(call => failing.Contains(call.Index)
            ? TestAgents.Fail(retryable: false)
            : AgentReply.Succeed("1"u8.ToArray()));
        for (var i = 0; i < 6; i++)
            await _flow.ProcessAsync(_flow.ItemOf(batch, i));
        await _flow.ChangeAsync(batch, b => b.CurrentState = BatchStatus.Aggregating);
        return batch;
    }

    private Task<Exception?> AggregateAsync(BatchState batch) =>
        _flow.SendAsync(QueueNames.Results, new AggregateBatch(batch.CorrelationId, 0));
}
