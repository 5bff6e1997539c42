using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using WorkerFleet.AmazonSqs.Client;
using WorkerFleet.Aws;
using WorkerFleet.Messaging;

namespace WorkerFleet.AmazonSqs.Fleet;

/// <summary>Makes the fleet's queues where they are missing, and tells how those that are there differ. Changes none.</summary>
public sealed class AmazonSqsQueues(AmazonSqsOptions options, TimeProvider time) : IDisposable
{
    private const string QueueArn = "QueueArn";
    private const string RedrivePolicy = "RedrivePolicy";

    private readonly AmazonSqsTopology _topology = new(options);
    private readonly SqsClient _client = new(null, AmazonSqsFleet.ClientOptionsOf(options), time);

    /// <param name="dryRun">Whether to make nothing.</param>
    /// <param name="cancellationToken">Cancels between two queues; may be repeated.</param>
    /// <returns>One for each queue.</returns>
    public async Task<IReadOnlyList<QueueFinding>> ProvisionAsync(bool dryRun, CancellationToken cancellationToken)
    {
        var findings = new List<QueueFinding>();
        string? deadLetters = null;
        // The others' redrive policies need the dead-letter queue.
        foreach (var queue in QueueNames.All.OrderBy(queue => queue != QueueNames.DeadLetter))
        {
            var name = _topology.Addresses.NameOf(queue);
            try
            {
                var (finding, arn) = await ProvisionAsync(name, deadLetters, dryRun, cancellationToken);
                findings.Add(finding);
                deadLetters ??= arn;
            }
            catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException)
            {
                findings.Add(new(name, QueueState.Failed, Describe(exception)) { Fault = AwsProblems.FaultOf(exception) });
                // What is wrong with one is wrong with all: credentials, access, region.
                break;
            }
        }

        return findings;
    }

    public void Dispose() => _client.Dispose();

    /// <summary>The client's own exceptions that stand for no answer say it all; AWS's answers need an explanation.</summary>
    internal static string Describe(Exception exception) => exception is SqsException { StatusCode: 0 }
        ? exception.Message.TrimEnd('.')
        : AwsProblems.Describe(exception);

    private async Task<(QueueFinding Finding, string? Arn)> ProvisionAsync(
        string name, string? deadLetters, bool dryRun, CancellationToken cancellationToken)
    {
        var wanted = new Dictionary<string, string>(_topology.Attributes);
        if (deadLetters is not null)
            wanted[RedrivePolicy] = new JsonObject
            {
                ["deadLetterTargetArn"] = deadLetters,
                ["maxReceiveCount"] = AmazonSqsTopology.MaxReceiveCount.ToString(CultureInfo.InvariantCulture),
            }.ToJsonString();
        try
        {
            var url = await _client.GetQueueUrlAsync(name, cancellationToken);
            var found = await _client.GetQueueAttributesAsync(url, ["All"], cancellationToken);
            var differences = wanted.Where(each => !AreSame(each.Value, found.GetValueOrDefault(each.Key)))
                .Select(each => $"{each.Key} is {found.GetValueOrDefault(each.Key) ?? "missing"}, and would be {each.Value}")
                .ToList();
            var finding = differences.Count == 0
                ? new QueueFinding(name, QueueState.Present, "it is there, as the fleet makes it")
                : new(name, QueueState.Differs, string.Join("; ", differences) + "; left as it is");
            return (finding with
            {
                Ready = NumberIn(found, "ApproximateNumberOfMessages"),
                InFlight = NumberIn(found, "ApproximateNumberOfMessagesNotVisible"),
            }, found[QueueArn]);
        }
        catch (SqsException exception) when (exception.IsQueueMissing)
        {
            if (dryRun)
                return (new(name, QueueState.Missing, "it would be created"), null);
            var url = await _client.CreateQueueAsync(
                new() { QueueName = name, Attributes = wanted, Tags = _topology.Tags }, cancellationToken);
            var made = await _client.GetQueueAttributesAsync(url, [QueueArn], cancellationToken);
            return (new(name, QueueState.Created, "it was created"), made[QueueArn]);
        }
    }

    private static long NumberIn(IReadOnlyDictionary<string, string> attributes, string name) =>
        long.TryParse(attributes.GetValueOrDefault(name), CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>JSON counts by what it says: its order and spaces, and numbers as text, are SQS's own.</summary>
    private static bool AreSame(string wanted, string? found)
    {
        if (wanted == found || found is null)
            return wanted == found;
        try
        {
            return JsonNode.DeepEquals(AsText(JsonNode.Parse(wanted)), AsText(JsonNode.Parse(found)));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonObject? AsText(JsonNode? node) => node is JsonObject values
        ? new(values.Select(each => KeyValuePair.Create(each.Key, (JsonNode?)each.Value?.ToString())))
        : null;
}
