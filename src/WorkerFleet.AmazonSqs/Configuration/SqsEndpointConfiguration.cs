using MassTransit.Configuration;
using WorkerFleet.AmazonSqs.Topology;

namespace WorkerFleet.AmazonSqs.Configuration;

internal class SqsEndpointConfiguration : EndpointConfiguration
{
    protected SqsEndpointConfiguration(SqsTopologyConfiguration topology)
        : base(topology) => SqsTopology = topology;

    private SqsEndpointConfiguration(
        IEndpointConfiguration parent, SqsTopologyConfiguration topology, bool isBusEndpoint)
        : base(parent, topology, isBusEndpoint) => SqsTopology = topology;

    public SqsTopologyConfiguration SqsTopology { get; }

    public SqsEndpointConfiguration CreateChild(bool isBusEndpoint = false) =>
        new(this, new SqsTopologyConfiguration(SqsTopology), isBusEndpoint);
}
