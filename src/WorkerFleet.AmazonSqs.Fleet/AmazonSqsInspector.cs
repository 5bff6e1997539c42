using WorkerFleet.Aws;
using WorkerFleet.Messaging;

namespace WorkerFleet.AmazonSqs.Fleet;

/// <summary>Looks at the fleet's queues in Amazon SQS, which does not know who receives from one.</summary>
public sealed class AmazonSqsInspector(AmazonSqsOptions options, TimeProvider time) : IBrokerInspector
{
    public async Task<BrokerReport> InspectAsync(CancellationToken cancellationToken)
    {
        using var queues = new AmazonSqsQueues(options, time);
        var findings = await queues.ProvisionAsync(dryRun: true, cancellationToken);
        if (findings.FirstOrDefault(found => found.State == QueueState.Failed) is { } failed
            && failed.Fault is not AwsFault.Denied)
            return new(
                failed.Fault switch
                {
                    AwsFault.Unreachable => BrokerFault.Unreachable,
                    AwsFault.NoCredentials or AwsFault.Refused or AwsFault.Expired => BrokerFault.Credentials,
                    _ => BrokerFault.Failed,
                },
                $"{options.Display}: {failed.Detail}");
        return new(null, $"{options.Display}: it answers", Version: null, [.. findings.Select(Report)]);
    }

    private QueueReport Report(QueueFinding found) => new(
        found.Name[options.Prefix.Length..], found.Name,
        found.State switch
        {
            QueueState.Missing => QueueFault.Missing,
            QueueState.Differs => QueueFault.DiffersHarmlessly,
            QueueState.Failed => QueueFault.Denied,
            _ => null,
        },
        $"{found.Name}: {(found.State == QueueState.Missing ? "it is missing" : found.Detail)}", found.Ready, found.InFlight);
}
