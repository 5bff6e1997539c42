using MassTransit;
using WorkerFleet.Items;

namespace WorkerFleet.DeadLetters;

/// <summary>Files messages that nobody could handle. Filing twice changes nothing.</summary>
public sealed class BrokenMessageConsumer(IBrokenMessages messages) : IConsumer<BrokenMessage>
{
    public async Task Consume(ConsumeContext<BrokenMessage> context)
    {
        await messages.AddAsync(context.Message, context.CancellationToken);
        ItemMetrics.CountBrokenMessage();
    }
}
