using Amazon.Runtime;
using MassTransit.Transports;
using WorkerFleet.AmazonSqs.Client;

namespace MassTransit;

/// <summary>How SQS is reached.</summary>
public interface IAmazonSqsHostConfigurator
{
    /// <summary>Counts together with <see cref="SecretKey"/>.</summary>
    void AccessKey(string accessKey);

    /// <summary>Counts together with <see cref="AccessKey"/>.</summary>
    void SecretKey(string secretKey);

    /// <summary>Takes these instead of what the SDK finds in its usual places.</summary>
    void Credentials(AWSCredentials credentials);

    /// <summary>
    /// A path in the addresses that tells applications in the same account apart. Names of queues are not changed by
    /// it.
    /// </summary>
    void Scope(string scope);

    /// <summary>Which headers become attributes of the message; all that fit, unless said otherwise.</summary>
    void AllowTransportHeader(AllowTransportHeader allowTransportHeader);

    /// <summary>
    /// Where SQS is, where not in the region that the host's address names; how long and how often it is asked.
    /// </summary>
    /// <remarks>Takes AmazonSQSConfig in MassTransit's own package.</remarks>
    void Config(SqsClientOptions config);

    /// <summary>
    /// Takes this client instead of one of its own; called once for each start of the bus, which disposes it.
    /// </summary>
    /// <remarks>Not in MassTransit's own package.</remarks>
    void Client(Func<ISqsClient> createClient);
}
