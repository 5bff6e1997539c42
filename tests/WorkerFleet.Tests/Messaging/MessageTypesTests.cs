using System.Text.Json;
using WorkerFleet.Batches;
using WorkerFleet.Dispatch;
using WorkerFleet.Items;
using WorkerFleet.Messaging;
using WorkerFleet.Scheduling;

namespace WorkerFleet.Tests.Messaging;

public sealed class MessageTypesTests
{
    private static readonly Guid Batch = Guid.CreateVersion7();
    private static readonly DateTimeOffset At = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    public static TheoryData<object> Scheduled() =>
    [
        new ProcessBatchItem(Batch, 7, 2, "agent", JsonElement.Parse("""{"a":"ü"}"""), 1, "id", 3, true),
        new SubmitBatch(Batch, new() { Name = "n" }, "blob", "f00d", 9, new(0, 3, 2), At, "out"),
        new PauseBatch(Batch), new ResumeBatch(Batch), new CancelBatch(Batch, "why"), new RedriveBatch(Batch),
        new BatchDeadlineReached(Batch),
        new ReplayItems(Batch, Guid.CreateVersion7(), [1, 2], "group", At),
        new ReopenItems(Batch, 1, new(Batch, Guid.CreateVersion7(), null, null, At), ItemState.Cancelled, 5, 6),
    ];

    [Theory]
    [MemberData(nameof(Scheduled))]
    public void TryDeserialize_WhatWasScheduled_IsTheSame(object message)
    {
        var body = JsonSerializer.Serialize(message, message.GetType(), FleetJson.Options);

        Assert.True(MessageTypes.TryDeserialize(MessageTypes.NameOf(message.GetType()), body, out var read, out _));

        Assert.IsType(message.GetType(), read);
        Assert.Equal(body, JsonSerializer.Serialize(read, read.GetType(), FleetJson.Options));
    }

    [Fact]
    public void NameOf_TypeThatTheScheduleCannotCarry_IsRefusedAtOnce() =>
        Assert.Throws<ArgumentException>(() => MessageTypes.NameOf(typeof(SlicesDispatched)));

    [Fact]
    public void Create_Message_CarriesItsTypeAndBody()
    {
        var scheduled = ScheduledMessages.Create("key", Batch, At, QueueNames.Batches, new PauseBatch(Batch));

        Assert.Equal(("key", Batch, At, "batches", "PauseBatch"),
            (scheduled.Key, scheduled.BatchId, scheduled.DueAt, scheduled.Queue, scheduled.MessageType));
    }
}
