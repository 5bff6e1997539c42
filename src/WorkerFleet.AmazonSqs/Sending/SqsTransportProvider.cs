using MassTransit;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Configuration;
using WorkerFleet.AmazonSqs.Topology;

namespace WorkerFleet.AmazonSqs.Sending;

internal sealed class SqsTransportProvider(SqsHostConfiguration host, ISerialization serialization)
    : ISendTransportProvider, IPublishTransportProvider
{
    public Uri NormalizeAddress(Uri address) => SqsAddress.Parse(host.HostAddress, address).Uri;

    public Task<ISendTransport> GetSendTransport(Uri address) =>
        Task.FromResult<ISendTransport>(
            new SendTransport<PipeContext>(
                new SqsSendTransportContext(host, serialization, SqsAddress.Parse(host.HostAddress, address))));

    public Task<ISendTransport> GetPublishTransport<T>(Uri? publishAddress)
        where T : class =>
        GetSendTransport(publishAddress!);
}
