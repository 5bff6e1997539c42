using WorkerFleet.Messaging;

namespace WorkerFleet.Tests.Messaging;

public sealed class MessageRehearsalTests
{
    /// <summary>Nobody waits for it, so that nobody would be told that it fails.</summary>
    [Fact]
    public void Run_Everything_CanBeWrittenAndRead() =>
        Assert.Null(Record.Exception(MessageRehearsal.Run));
}
