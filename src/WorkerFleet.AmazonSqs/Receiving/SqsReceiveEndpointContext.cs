using MassTransit;
using MassTransit.Configuration;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Configuration;
using WorkerFleet.AmazonSqs.Sending;

namespace WorkerFleet.AmazonSqs.Receiving;

internal sealed class SqsReceiveEndpointContext(SqsHostConfiguration host, IReceiveEndpointConfiguration configuration)
    : BaseReceiveEndpointContext(host, configuration)
{
    // SQS has no connections or sessions that would have to end with the endpoint.
    public override void AddSendAgent(IAgent agent) => throw new NotSupportedException();

    public override void AddConsumeAgent(IAgent agent) => throw new NotSupportedException();

    public override Exception ConvertException(Exception exception, string message) =>
        exception as ConnectionException ?? new ConnectionException(message + exception.Message, exception);

    protected override ISendTransportProvider CreateSendTransportProvider() =>
        new SqsTransportProvider(host, Serialization);

    protected override IPublishTransportProvider CreatePublishTransportProvider() =>
        new SqsTransportProvider(host, Serialization);
}
