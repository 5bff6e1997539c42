using WorkerFleet.AmazonSqs.Fleet;

namespace WorkerFleet.Cli.Provisioning;

/// <summary>The queues, where the fleet meets at Amazon SQS.</summary>
internal static class QueueResources
{
    private const string Kind = "queue";

    /// <param name="options">The queues.</param>
    /// <param name="dryRun">Whether to change nothing.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Cancels between two queues; may be repeated.</param>
    public static async Task<IReadOnlyList<Resource>> ProvisionAsync(
        AmazonSqsOptions options, bool dryRun, TimeProvider time, CancellationToken cancellationToken)
    {
        using var queues = new AmazonSqsQueues(options, time);
        return [.. (await queues.ProvisionAsync(dryRun, cancellationToken)).Select(found => new Resource(
            Kind, found.Name, StateOf(found.State), found.Detail))];
    }

    /// <summary>What is wrong with the queues, a line each; none when nothing is.</summary>
    public static async Task<IReadOnlyList<string>> ProblemsOfAsync(
        AmazonSqsOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        using var queues = new AmazonSqsQueues(options, time);
        return [.. (await queues.ProvisionAsync(dryRun: true, cancellationToken))
            .Where(found => found.State is QueueState.Failed || (found.State is QueueState.Missing && !options.Declare))
            .Select(found => $"{found.Name}: " + (found.State is QueueState.Missing
                ? "it is missing; 'fleet provision' makes it"
                : found.Detail))];
    }

    private static ResourceState StateOf(QueueState state) => state switch
    {
        QueueState.Present => ResourceState.Present,
        QueueState.Created => ResourceState.Created,
        QueueState.Missing => ResourceState.Missing,
        QueueState.Differs => ResourceState.Differs,
        _ => ResourceState.Failed,
    };
}
