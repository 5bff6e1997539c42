using System.Text.Json.Nodes;
using WorkerFleet.Batches;
using WorkerFleet.Messaging;

namespace WorkerFleet.Deployment.Kubernetes;

/// <summary>Workers follow what waits and what is worked on, up to what the agents take, and leave slowly.</summary>
internal static class ScalingRules
{
    /// <summary>The default of <c>Fleet:RabbitMq:Prefix</c> and <c>Fleet:AmazonSqs:Prefix</c>.</summary>
    private const string Prefix = "fleet-";

    /// <summary>The parameters that KEDA's documents know of each trigger, and that are of use here.</summary>
    private static readonly Dictionary<string, string[]> Parameters = new()
    {
        ["aws-sqs-queue"] = ["queueURL", "awsRegion", "queueLength", "activationQueueLength", "scaleOnInFlight", "scaleOnDelayed"],
        ["rabbitmq"] = ["protocol", "queueName", "mode", "value", "activationValue", "excludeUnacknowledged"],
        ["prometheus"] = ["serverAddress", "query", "threshold", "activationThreshold", "ignoreNullValues"],
    };

    public static IEnumerable<string> Problems(Manifests manifests) => manifests.OfKind("ScaledObject")
        .SelectMany(scaled => Limits(manifests, scaled)
            .Concat(scaled.All("spec/triggers").SelectMany(trigger => OfTrigger(manifests, trigger)))
            .Concat(Queues(scaled))
            .Select(problem => $"{scaled.Title}: {problem}"));

    private static IEnumerable<string> Limits(Manifests manifests, JsonObject scaled)
    {
        var target = manifests.Deployments.FirstOrDefault(document => document.Name == scaled.Text("spec/scaleTargetRef/name"));
        if (target.At("spec/replicas") is not null)
            yield return "the deployment sets the number of pods, too: every rollout would undo the scaling";
        if (!(scaled.Number("spec/minReplicaCount") <= scaled.Number("spec/maxReplicaCount")))
            yield return "nothing limits the workers to what the agents take";
        if (scaled.Text("spec/fallback/behavior") != "currentReplicas")
            yield return "workers are taken away when the backlog cannot be asked for";

        const string down = "spec/advanced/horizontalPodAutoscalerConfig/behavior/scaleDown";
        var grace = target.At("spec/template/spec").Number("terminationGracePeriodSeconds") ?? 0;
        // cooldownPeriod holds for the last pod alone.
        if (!(scaled.Number($"{down}/stabilizationWindowSeconds") >= 300))
            yield return "workers are taken away whenever the queues look empty for a moment";
        if (scaled.All($"{down}/policies").Any(policy => policy.Text("type") != "Pods" || policy.Number("value") > 1
            || !(policy.Number("periodSeconds") >= grace)) || !scaled.All($"{down}/policies").Any())
            yield return "the next worker is taken away before the one before has drained";
    }

    private static IEnumerable<string> OfTrigger(Manifests manifests, JsonObject trigger)
    {
        var (type, metadata) = (trigger.Text("type")!, trigger["metadata"]!.AsObject());
        foreach (var name in metadata.Select(pair => pair.Key).Except(Parameters.GetValueOrDefault(type) ?? []))
            yield return $"{type} has no parameter {name}";
        var rows = metadata.Number("queueLength") ?? metadata.Number("value");
        if (type != "prometheus" && rows != 2 * Concurrency(manifests))
            yield return $"{rows} rows a worker are not twice its concurrency";
        if (type == "aws-sqs-queue" && metadata.Text("scaleOnInFlight") != "true")
            yield return "rows that are worked on do not count";
        if (type == "rabbitmq" && (metadata.Text("protocol"), metadata.Text("mode"), metadata.Text("excludeUnacknowledged"))
            is not ("http", "QueueLength", "false"))
            yield return "rows that are worked on do not count";
        if (type == "prometheus" && metadata.Text("ignoreNullValues") != "false")
            yield return "workers are taken away when the backlog cannot be asked for";
        if (type == "aws-sqs-queue" && metadata.Text("awsRegion") is { } region
            && (manifests.OfKind("ConfigMap").First().Text("data/AWS_REGION") != region
                || !metadata.Text("queueURL")!.StartsWith($"https://sqs.{region}.amazonaws.com/", StringComparison.Ordinal)))
            yield return "the queues are in another region";
    }

    private static int Concurrency(Manifests manifests)
    {
        var arguments = manifests.Deployments.First(deployment => deployment.Name == "fleet-worker")
            .Pod.Texts("containers/0/args").ToList();
        return int.Parse(arguments[arguments.IndexOf("--concurrency") + 1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string> Queues(JsonObject scaled)
    {
        var triggers = scaled.All("spec/triggers").ToList();
        if (triggers is [var only] && only.Text("type") == "prometheus")
            return [];
        var asked = triggers.Select(trigger =>
            trigger.Text("metadata/queueName") ?? trigger.Text("metadata/queueURL")?.Split('/')[^1]);
        return Enum.GetValues<BatchPriority>().Select(priority => Prefix + QueueNames.Items(priority))
            .Except(asked)
            .Select(queue => $"nobody asks for the queue {queue}");
    }
}
