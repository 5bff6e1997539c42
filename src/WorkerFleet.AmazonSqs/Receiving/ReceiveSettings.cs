using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.AmazonSqs.Topology;

namespace WorkerFleet.AmazonSqs.Receiving;

/// <summary>How an endpoint receives; all times but the pause in seconds.</summary>
internal sealed class ReceiveSettings(QueueSettings queue)
{
    /// <summary>Room to extend it twice before it is over.</summary>
    public const int MinVisibilityTimeout = 2;

    public QueueSettings Queue { get; } = queue;

    public int WaitTimeSeconds { get; set; } = 10;

    public TimeSpan ReceivePause { get; set; }

    public int VisibilityTimeout { get; set; } = 30;

    public int MaxVisibilityTimeout { get; set; } = SqsLimits.MaxVisibilitySeconds;

    public int RedeliverVisibilityTimeout { get; set; }

    public bool PurgeOnStartup { get; set; }
}
