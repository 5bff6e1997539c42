using MassTransit;

namespace WorkerFleet.DeadLetters;

/// <summary>Files messages that nobody could handle. Filing twice changes nothing.</summary>
public sealed class BrokenMessageConsumer(IBrokenMessages messages) : IConsumer<BrokenMessage>
{
    public Task Consume(ConsumeContext<BrokenMessage> context) =>
        messages.AddAsync(context.Message, context.CancellationToken);
}
