using MassTransit;
using Microsoft.Extensions.Logging;

namespace WorkerFleet.Completions;

/// <summary>Takes events that agents send to the queue <see cref="Messaging.QueueNames.AgentEvents"/>, as plain JSON.</summary>
public sealed partial class AgentEventConsumer(CompletionRecorder recorder, ILogger<AgentEventConsumer> logger)
    : IConsumer<AgentEvent>
{
    public async Task Consume(ConsumeContext<AgentEvent> context)
    {
        if (await recorder.RecordAsync(context.Message, context.CancellationToken) is { } problem)
            LogRefused(problem);
    }

    [LoggerMessage(1721, LogLevel.Warning, "An agent's event was dropped: {Problem}")]
    private partial void LogRefused(string problem);
}
