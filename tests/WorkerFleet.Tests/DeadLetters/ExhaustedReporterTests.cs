using System.Text.Json;
using MassTransit;
using WorkerFleet.DeadLetters;
using WorkerFleet.Items;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.DeadLetters;

public sealed class ExhaustedReporterTests
{
    private readonly Guid _batch = Guid.CreateVersion7();

    [Fact]
    public async Task Report_WhileAnotherReportIsSent_IsGatheredWithThoseOfItsSlice()
    {
        await using var flow = await FlowHarness.StartAsync();
        var sending = new BlockingSend();
        using var observing = flow.Bus.Bus.ConnectSendObserver(sending);
        var reporter = flow.Get<ExhaustedReporter>();

        var first = reporter.ReportAsync(Item(0, slice: 0), CancellationToken.None);
        await sending.Entered;
        var others = Enumerable.Range(1, 20)
            .Select(i => reporter.ReportAsync(Item(i, slice: i % 2), CancellationToken.None)).ToList();
        sending.Leave();
        await Task.WhenAll([first, .. others]);

        var sent = flow.Sent<ItemsExhausted>();
        Assert.Equal([1, 10, 10], sent.Select(message => message.Items.Count));
        Assert.All(sent, message => Assert.All(message.Items, item => Assert.Equal(message.Slice, item.Item.Slice)));
    }

    [Fact]
    public async Task Report_ManyOfOneSlice_AreSentInMessagesOfBoundedSize()
    {
        await using var flow = await FlowHarness.StartAsync();
        var sending = new BlockingSend();
        using var observing = flow.Bus.Bus.ConnectSendObserver(sending);
        var reporter = flow.Get<ExhaustedReporter>();

        var reports = Enumerable.Range(0, 300)
            .Select(i => reporter.ReportAsync(Item(i, 0), CancellationToken.None)).ToList();
        await sending.Entered;
        sending.Leave();
        await Task.WhenAll(reports);

        Assert.All(flow.Sent<ItemsExhausted>(), message => Assert.InRange(message.Items.Count, 1, 64));
        Assert.Equal(300, flow.Sent<ItemsExhausted>().Sum(message => message.Items.Count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Report_OneSendFails_FailsItsItemsAndTheNextGoOn(bool cancelled)
    {
        await using var flow = await FlowHarness.StartAsync();
        var failing = new FailingSend(
            cancelled ? new OperationCanceledException() : new InvalidOperationException("no broker"));
        var observing = flow.Bus.Bus.ConnectSendObserver(failing);
        var reporter = flow.Get<ExhaustedReporter>();

        await Assert.ThrowsAnyAsync<Exception>(() => reporter.ReportAsync(Item(0, 0), CancellationToken.None));
        observing.Disconnect();
        await reporter.ReportAsync(Item(1, 0), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal([1L], flow.Sent<ItemsExhausted>().SelectMany(m => m.Items).Select(item => item.Item.Index));
    }

    [Fact]
    public async Task Report_WhenTheProcessStops_DoesNotWaitForEver()
    {
        await using var flow = await FlowHarness.StartAsync();
        var reporter = flow.Get<ExhaustedReporter>();

        await reporter.StopAsync(CancellationToken.None);

        await Assert.ThrowsAnyAsync<Exception>(() =>
            reporter.ReportAsync(Item(0, 0), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    private DeadLetterItem Item(long index, int slice)
    {
        var item = new ProcessBatchItem(_batch, index, 1, "agent", JsonElement.Parse("{}"), slice);
        var failure = new ItemFailure(FailureKind.InvalidInput, "no", Retryable: false);
        return new(item, DeadLetter.Of(new()
        {
            BatchId = _batch,
            Index = index,
            Slice = slice,
            State = ItemState.Failed,
            SettledAt = TestBatch.SubmittedAt,
            Failure = failure,
        }));
    }

    private sealed class BlockingSend : ISendObserver
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _leave = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Entered => _entered.Task;

        public void Leave() => _leave.SetResult();

        public Task PreSend<T>(SendContext<T> context)
            where T : class
        {
            _entered.TrySetResult();
            return _leave.Task;
        }

        public Task PostSend<T>(SendContext<T> context)
            where T : class => Task.CompletedTask;

        public Task SendFault<T>(SendContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;
    }
}
