using WorkerFleet.DeadLetters;
using WorkerFleet.Messaging;
using WorkerFleet.Storage;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.DeadLetters;

public sealed class DeadLetterItemConsumerTests
{
    [Fact]
    public async Task Consume_SameLetterTwice_IsFiledOnceAndStaysReplayed()
    {
        await using var flow = await FlowHarness.StartAsync((QueueNames.DeadLetter, typeof(DeadLetterItemConsumer)));
        var letter = await LetterAsync(flow);

        Assert.Null(await flow.SendAsync(QueueNames.DeadLetter, letter));
        await flow.Get<IDeadLetters>().MarkReplayedAsync(letter.Letter.BatchId, [1], 1, CancellationToken.None);
        Assert.Null(await flow.SendAsync(QueueNames.DeadLetter, letter));

        var filed = Assert.Single(await flow.Get<IDeadLetters>().ReadAsync(
            new(letter.Letter.BatchId), CancellationToken.None));
        Assert.Equal(letter.Letter with { State = DeadLetterState.Replayed }, filed);
    }

    [Fact]
    public async Task Consume_StoreFails_FaultsSoThatTheLetterComesAgain()
    {
        await using var flow = await FlowHarness.StartAsync((QueueNames.DeadLetter, typeof(DeadLetterItemConsumer)));
        var letter = await LetterAsync(flow);
        flow.Faults.FailNext(nameof(IDeadLetters.AddAsync));

        Assert.IsType<StoreException>(await flow.SendAsync(QueueNames.DeadLetter, letter));
    }

    private static async Task<DeadLetterItem> LetterAsync(FlowHarness flow)
    {
        var batch = await flow.AddBatchAsync(4);
        await flow.DispatchAllAsync(batch);
        flow.Agents.Answer(_ => TestAgents.Fail(retryable: false));
        await flow.ProcessAsync(flow.ItemOf(batch, 1));
        return Assert.Single(Assert.Single(flow.Sent<ItemsExhausted>()).Items);
    }
}
