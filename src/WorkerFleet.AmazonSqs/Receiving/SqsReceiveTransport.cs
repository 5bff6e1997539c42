using MassTransit;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Configuration;

namespace WorkerFleet.AmazonSqs.Receiving;

internal sealed class SqsReceiveTransport(
    SqsHostConfiguration host, SqsReceiveEndpointContext context, ReceiveSettings settings) : IReceiveTransport
{
    public ReceiveTransportHandle Start() => new SqsReceiveTransportAgent(host, context, settings);

    public void Probe(ProbeContext probe)
    {
        var scope = probe.CreateScope("receiveTransport");
        scope.Add("type", "AmazonSQS");
        scope.Set(new
        {
            Address = context.InputAddress,
            context.PrefetchCount,
            context.ConcurrentMessageLimit,
            settings.WaitTimeSeconds,
            settings.VisibilityTimeout,
        });
    }

    public ConnectHandle ConnectReceiveObserver(IReceiveObserver observer) => context.ConnectReceiveObserver(observer);

    public ConnectHandle ConnectReceiveTransportObserver(IReceiveTransportObserver observer) =>
        context.ConnectReceiveTransportObserver(observer);

    public ConnectHandle ConnectPublishObserver(IPublishObserver observer) => context.ConnectPublishObserver(observer);

    public ConnectHandle ConnectSendObserver(ISendObserver observer) => context.ConnectSendObserver(observer);
}
