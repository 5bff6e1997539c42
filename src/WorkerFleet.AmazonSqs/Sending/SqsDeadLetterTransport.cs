using MassTransit;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Configuration;

namespace WorkerFleet.AmazonSqs.Sending;

/// <summary>Moves what no consumer is for to the queue of skipped messages.</summary>
internal sealed class SqsDeadLetterTransport(SqsHostConfiguration host, string destination) : IDeadLetterTransport
{
    private readonly SqsMoveTransport _transport = new(host, destination);

    public Task Send(ReceiveContext context, string? reason) =>
        _transport.MoveAsync(
            context, (adapter, attributes) => adapter.Set(attributes, MessageHeaders.Reason, reason ?? "Unspecified"));
}
