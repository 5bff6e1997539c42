using MassTransit;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Configuration;

namespace WorkerFleet.AmazonSqs.Sending;

/// <summary>Moves what its consumer failed at to the queue of errors.</summary>
internal sealed class SqsErrorTransport(SqsHostConfiguration host, string destination) : IErrorTransport
{
    private readonly SqsMoveTransport _transport = new(host, destination);

    public Task Send(ExceptionReceiveContext context) =>
        _transport.MoveAsync(context, (adapter, attributes) => adapter.CopyFrom(attributes, context.ExceptionHeaders));
}
