using MassTransit.Configuration;
using MassTransit.Transports;

namespace WorkerFleet.AmazonSqs.Topology;

internal sealed class SqsBusTopology(IHostConfiguration host, ITopologyConfiguration topology)
    : BusTopology(host, topology);
