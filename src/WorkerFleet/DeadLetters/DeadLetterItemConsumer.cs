using MassTransit;

namespace WorkerFleet.DeadLetters;

/// <summary>Files what arrives in the dead-letter queue. Filing twice changes nothing.</summary>
public sealed class DeadLetterItemConsumer(IDeadLetters deadLetters) : IConsumer<DeadLetterItem>
{
    public Task Consume(ConsumeContext<DeadLetterItem> context) =>
        deadLetters.AddAsync([context.Message.Letter], context.CancellationToken);
}
