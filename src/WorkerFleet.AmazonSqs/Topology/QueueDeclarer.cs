using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using WorkerFleet.AmazonSqs.Client;

namespace WorkerFleet.AmazonSqs.Topology;

/// <summary>
/// Finds queues, and creates those that are missing. A queue that is there is left as it is; see <see
/// cref="QueueVerifier"/>.
/// </summary>
internal sealed class QueueDeclarer(ISqsClient client, QueueCatalog queues)
{
    private const string RedrivePolicy = "RedrivePolicy";

    /// <returns>The queue's address.</returns>
    /// <exception cref="ConnectionException">It is missing, and not to be created; not transient.</exception>
    /// <exception cref="SqsException">SQS refused, or could not be reached.</exception>
    public async Task<string> DeclareAsync(QueueSettings settings, CancellationToken cancellationToken)
    {
        if (await FindAsync(settings.Name, cancellationToken) is { } url)
        {
            if (WantedOf(settings) is { Count: > 0 } wanted || settings.DeadLetterQueueName is not null)
                await VerifyAsync(url, settings, cancellationToken);
            return url;
        }

        if (!queues.Declare)
            throw new ConnectionException(
                $"Amazon SQS: there is no queue '{settings.Name}', and the bus is configured not to create queues; "
                + "create it, or give the credentials the permission sqs:GetQueueUrl on it.",
                isTransient: false);
        return await CreateAsync(settings, cancellationToken);
    }

    /// <returns>The queue's address; null if it is missing.</returns>
    public async Task<string?> FindAsync(string queueName, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetQueueUrlAsync(queueName, cancellationToken);
        }
        catch (SqsException exception) when (exception.IsQueueMissing)
        {
            return null;
        }
    }

    private async Task<string> CreateAsync(QueueSettings settings, CancellationToken cancellationToken)
    {
        var attributes = WantedOf(settings);
        if (settings.DeadLetterQueueName is not null)
            attributes[RedrivePolicy] = await RedrivePolicyOfAsync(settings, cancellationToken);
        var tags = new Dictionary<string, string>(queues.Tags, StringComparer.Ordinal);
        foreach (var (key, value) in settings.Tags)
            tags[key] = value;
        try
        {
            return await client.CreateQueueAsync(
                new CreateQueueRequest { QueueName = settings.Name, Attributes = attributes, Tags = tags },
                cancellationToken);
        }
        catch (SqsException exception) when (exception.IsQueueNameTaken)
        {
            // Another process was faster, and wants it otherwise.
            var url = await client.GetQueueUrlAsync(settings.Name, cancellationToken);
            await VerifyAsync(url, settings, cancellationToken);
            return url;
        }
    }

    private async Task VerifyAsync(string url, QueueSettings settings, CancellationToken cancellationToken)
    {
        var wanted = WantedOf(settings);
        try
        {
            if (settings.DeadLetterQueueName is not null)
                wanted[RedrivePolicy] = await RedrivePolicyOfAsync(settings, cancellationToken);
            var found = await client.GetQueueAttributesAsync(url, ["All"], cancellationToken);
            QueueVerifier.Warn(settings.Name, wanted, found);
        }
        catch (SqsException exception) when (exception.ErrorCode.StartsWith("AccessDenied", StringComparison.Ordinal))
        {
            LogContext.Warning?.Log(
                "Queue {Queue} cannot be verified without the permission sqs:GetQueueAttributes", settings.Name);
        }
    }

    private Dictionary<string, string> WantedOf(QueueSettings settings)
    {
        var wanted = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in queues.Attributes.Concat(settings.Attributes))
            wanted[key] = QueueSettings.Format(value);
        return wanted;
    }

    private async Task<string> RedrivePolicyOfAsync(QueueSettings settings, CancellationToken cancellationToken)
    {
        var deadLetters = await DeclareAsync(queues.GetOrAdd(settings.DeadLetterQueueName!), cancellationToken);
        var attributes = await client.GetQueueAttributesAsync(deadLetters, ["QueueArn"], cancellationToken);
        return new JsonObject
        {
            ["deadLetterTargetArn"] = attributes["QueueArn"],
            ["maxReceiveCount"] = settings.MaxReceiveCount.ToString(CultureInfo.InvariantCulture),
        }.ToJsonString(JsonSerializerOptions.Default);
    }
}
