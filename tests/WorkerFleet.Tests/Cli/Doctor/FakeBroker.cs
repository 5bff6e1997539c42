using WorkerFleet.Cli.Doctor.Facts;
using WorkerFleet.Messaging;

namespace WorkerFleet.Tests.Cli.Doctor;

/// <summary>A broker that is as a test says.</summary>
internal sealed class FakeBroker(BrokerReport report) : IBrokerInspector
{
    public static BrokerFacts With(BrokerReport report) => new(new FakeBroker(report), "the broker", TimeProvider.System);

    public static BrokerFacts With(params QueueReport[] queues) => With(new BrokerReport(null, "it answers", "3.12.0", queues));

    public Task<BrokerReport> InspectAsync(CancellationToken cancellationToken) => Task.FromResult(report);
}
