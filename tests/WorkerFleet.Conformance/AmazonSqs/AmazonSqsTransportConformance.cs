using WorkerFleet.Conformance.Transports;

namespace WorkerFleet.Conformance.AmazonSqs;

public sealed class AmazonSqsTransportConformance : DurableTransportConformance
{
    private readonly AmazonSqsTransport _transport = new();

    protected override ITransportFixture Transport => _transport;

    protected override void ExpectCrash() => _transport.VisibilityTimeout = 3;
}
