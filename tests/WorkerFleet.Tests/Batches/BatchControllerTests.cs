using WorkerFleet.Batches;
using WorkerFleet.Messaging;
using WorkerFleet.Tests.Fakes;

namespace WorkerFleet.Tests.Batches;

public sealed class BatchControllerTests
{
    private readonly Guid _batch = Guid.CreateVersion7();
    private readonly InMemorySchedule _schedule = new();
    private readonly ManualTime _time = new();

    private BatchController Controller => new(_schedule, _time);

    [Fact]
    public async Task Cancel_Batch_IsDueNowForTheSaga()
    {
        await Controller.CancelAsync(_batch, "enough", CancellationToken.None);

        var message = Assert.Single(_schedule.Messages);
        Assert.Equal(
            (_batch, _time.GetUtcNow(), QueueNames.Batches, nameof(CancelBatch)),
            (message.BatchId, message.DueAt, message.Queue, message.MessageType));
    }

    [Fact]
    public async Task Resume_WhileThePauseStillWaits_ReplacesIt()
    {
        await Controller.PauseAsync(_batch, CancellationToken.None);
        await Controller.ResumeAsync(_batch, CancellationToken.None);

        Assert.Equal(nameof(ResumeBatch), Assert.Single(_schedule.Messages).MessageType);
    }

    [Fact]
    public async Task Replay_Twice_IsTwoCommands()
    {
        await Controller.ReplayAsync(_batch, [1], null, CancellationToken.None);
        await Controller.ReplayAsync(_batch, [2], null, CancellationToken.None);

        Assert.Equal(2, _schedule.Messages.Count);
    }
}
