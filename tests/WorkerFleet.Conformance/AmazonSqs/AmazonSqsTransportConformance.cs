using WorkerFleet.Conformance.Transports;

namespace WorkerFleet.Conformance.AmazonSqs;

public sealed class AmazonSqsTransportConformance : DurableTransportConformance
{
    protected override ITransportFixture Transport { get; } = new AmazonSqsTransport();

    protected override ITransportFixture CrashingTransport { get; } = new AmazonSqsTransport { VisibilityTimeout = 3 };
}
