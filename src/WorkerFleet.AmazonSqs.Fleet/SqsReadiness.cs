using Amazon.Runtime;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.Messaging;

namespace WorkerFleet.AmazonSqs.Fleet;

/// <summary>
/// Waits until SQS answers before the bus starts, and says in one line what waiting does not mend: no credentials, no
/// permission, or queues that are missing and not to be made.
/// </summary>
internal sealed partial class SqsReadiness(
    AmazonSqsOptions options, AmazonSqsTopology topology, TimeProvider time, ILogger<SqsReadiness> logger)
    : IHostedLifecycleService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <exception cref="BrokerException">It refuses what trying again does not mend.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        using var client = new SqsClient(null, AmazonSqsFleet.ClientOptionsOf(options), time);
        using var timer = new PeriodicTimer(Interval, time);
        for (var tries = 0; ; tries++)
        {
            try
            {
                await LookAsync(client, cancellationToken);
                return;
            }
            catch (SqsException exception) when (exception.IsTransient)
            {
                if (tries % 10 == 0)
                    LogUnreachable(options.Display, exception.Message);
            }
            catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException)
            {
                throw new BrokerException($"{options.Display}: {AmazonSqsQueues.Describe(exception)}", exception);
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task LookAsync(SqsClient client, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        foreach (var queue in topology.Queues)
        {
            try
            {
                await client.GetQueueUrlAsync(queue, cancellationToken);
            }
            catch (SqsException exception) when (exception.IsQueueMissing)
            {
                missing.Add(queue);
            }
        }

        if (missing.Count > 0 && !options.Declare)
            throw new BrokerException(
                $"{options.Display}: there {(missing.Count == 1 ? "is no queue" : "are no queues")} {string.Join(", ", missing)}; " +
                "'fleet provision' makes them, and with Fleet:AmazonSqs:Declare = true the fleet does so itself");
    }

    [LoggerMessage(2701, LogLevel.Warning, "{Broker} cannot be reached, waiting for it: {Reason}")]
    private partial void LogUnreachable(string broker, string reason);
}
