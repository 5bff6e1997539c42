using System.Text.Json.Nodes;

namespace WorkerFleet.Deployment.Kubernetes;

/// <summary>Each rule and each kind of a schema's error finds what breaks it.</summary>
public sealed class BrokenManifestTests
{
    private const string Container = "spec/template/spec/containers/0";
    private const string Down = "spec/advanced/horizontalPodAutoscalerConfig/behavior/scaleDown";

    [Theory]
    [InlineData("Deployment", $"{Container}/imagePullPolicie", "\"Always\"", "no schema knows this field")]
    [InlineData("Deployment", $"{Container}/ports/0/containerPort", "\"eight\"", "type {\"type\":\"integer\"}")]
    [InlineData("Deployment", "spec/selector", null, "required {\"missingProperty\":\"selector\"}")]
    [InlineData("NetworkPolicy", "spec/egres", "[]", "no schema knows this field")]
    [InlineData("ScaledObject", "spec/maxReplicas", "20", "no schema knows this field")]
    [InlineData("ScaledObject", "spec/fallback/behavior", "\"current\"", "enum")]
    [InlineData("ScaledObject", $"{Down}/stabilization", "600", "no schema knows this field")]
    [InlineData("ScaledObject", "kind", "\"ScaledJob\"", "there is no schema")]
    [InlineData("PodDisruptionBudget", "spec/selector/matchlabels", "{}", "no schema knows this field")]
    public void Document_AgainstItsSchema_IsFound(string kind, string path, string? value, string problem) =>
        Assert.Contains(OverlayTests.SchemaProblems(Broken("sqs", kind, path, value)),
            found => found.Contains(problem, StringComparison.Ordinal));

    [Theory]
    [InlineData("Deployment", "spec/selector/matchLabels/app", "\"other\"", "the selector does not take its own pods")]
    [InlineData("Deployment", "spec/template/spec/securityContext/runAsNonRoot", "false", "it runs as root")]
    [InlineData("Deployment", "spec/template/spec/securityContext/seccompProfile", null, "it has no seccomp profile")]
    [InlineData("Deployment", "spec/template/spec/automountServiceAccountToken", null, "it is given a token")]
    [InlineData("Deployment", "spec/template/spec/topologySpreadConstraints", null, "may be in one zone")]
    [InlineData("Deployment", "spec/template/spec/terminationGracePeriodSeconds", "30", "killed before it has drained")]
    [InlineData("Deployment", "spec/template/metadata/annotations", null, "its metrics are not scraped")]
    [InlineData("Deployment", $"{Container}/securityContext/readOnlyRootFilesystem", null, "its file system can be written to")]
    [InlineData("Deployment", $"{Container}/securityContext/allowPrivilegeEscalation", "true", "it may gain rights")]
    [InlineData("Deployment", $"{Container}/securityContext/capabilities/drop", "[\"NET_RAW\"]", "it keeps capabilities")]
    [InlineData("Deployment", $"{Container}/image", "\"workerfleet:latest\"", "its image has no version")]
    [InlineData("Deployment", $"{Container}/resources/limits/cpu", "\"1\"", "heartbeats late")]
    [InlineData("Deployment", $"{Container}/resources/limits/memory", null, "nothing limits its memory")]
    [InlineData("Deployment", $"{Container}/resources/requests/cpu", null, "it asks for no processor")]
    [InlineData("Deployment", $"{Container}/livenessProbe", null, "there is no livenessProbe")]
    [InlineData("Deployment", $"{Container}/livenessProbe/httpGet/path", "\"/health/ready\"", "asks another question")]
    [InlineData("Deployment", $"{Container}/startupProbe/httpGet/port", "\"http2\"", "which it does not have")]
    [InlineData("Deployment", $"{Container}/volumeMounts/0/name", "\"other\"", "the volume other is nowhere")]
    [InlineData("Deployment", $"{Container}/volumeMounts/0/mountPath", "\"/var\"", "it cannot write to /tmp")]
    [InlineData("Deployment", $"{Container}/envFrom/0/configMapRef/name", "\"other\"", "the config map other is nowhere")]
    [InlineData("Deployment", $"{Container}/envFrom/1/secretRef/name", "\"other\"", "how to make the secret other")]
    [InlineData("Deployment", "spec/template/spec/serviceAccountName", "\"other\"", "its service account is nowhere")]
    [InlineData("Deployment", "metadata/namespace", "\"default\"", "its namespace is nowhere")]
    [InlineData("Namespace", "metadata/labels", null, "pods with rights are let in")]
    [InlineData("ServiceAccount", "metadata/annotations", null, "it has no role of AWS")]
    [InlineData("Service", "spec/selector", "{\"app\":\"other\"}", "it leads to 0 deployments")]
    [InlineData("Service", "spec/ports/0/targetPort", "\"other\"", "its pods have no port other")]
    [InlineData("PodDisruptionBudget", "spec/selector/matchLabels", "{\"app\":\"other\"}", "it is of 0 deployments")]
    [InlineData("PodDisruptionBudget", "spec/selector/matchLabels", "{\"app\":\"other\"}", "may be taken away at once")]
    [InlineData("PodDisruptionBudget", "spec/minAvailable", "2", "no node can ever be drained")]
    [InlineData("NetworkPolicy", "spec/podSelector/matchLabels", "{\"app\":\"other\"}", "it is of no pod")]
    [InlineData("NetworkPolicy", "spec/policyTypes", "[]", "all egress is allowed")]
    [InlineData("NetworkPolicy", "spec/egress/0", null, "egress UDP 53 kube-system is missing")]
    [InlineData("NetworkPolicy", "spec/egress/1/ports/0/port", "80", "egress TCP 443 anywhere is missing")]
    [InlineData("NetworkPolicy", "spec/egress/1/ports/0/port", "80", "egress TCP 80 anywhere is needless")]
    [InlineData("NetworkPolicy", "spec/ingress", "[{}]", "ingress any anywhere is needless")]
    [InlineData("ScaledObject", "spec/scaleTargetRef/name", "\"other\"", "what it scales is nowhere")]
    [InlineData("ScaledObject", "spec/triggers/0/authenticationRef/name", "\"other\"", "the authentication other is nowhere")]
    [InlineData("TriggerAuthentication", "spec/secretTargetRef/0/name", "\"other\"", "how to make the secret other")]
    [InlineData("ScaledObject", "spec/maxReplicaCount", null, "nothing limits the workers")]
    [InlineData("ScaledObject", "spec/fallback", null, "when the backlog cannot be asked for")]
    [InlineData("ScaledObject", $"{Down}/stabilizationWindowSeconds", "0", "look empty for a moment")]
    [InlineData("ScaledObject", $"{Down}/policies/0/periodSeconds", "15", "before the one before has drained")]
    [InlineData("ScaledObject", "spec/triggers/0/metadata/protocol", "\"amqp\"", "rows that are worked on do not count")]
    [InlineData("ScaledObject", "spec/triggers/0/metadata/value", "\"5\"", "not twice its concurrency")]
    [InlineData("ScaledObject", "spec/triggers/0/metadata/queuename", "\"fleet-items\"", "has no parameter queuename")]
    [InlineData("ScaledObject", "spec/triggers/0/metadata/queueName", "\"items\"", "nobody asks for the queue fleet-items")]
    [InlineData("ConfigMap", "data/FLEET__BROKER", "\"amqp://a:b@host/\"", "FLEET__BROKER belongs into a secret")]
    [InlineData("ConfigMap", "data/FLEET__AGENTS__A__TOKEN", "\"x\"", "belongs into a secret")]
    [InlineData("ConfigMap", "kind", "\"Secret\"", "a secret is in a file")]
    public void Document_AgainstARule_IsFound(string kind, string path, string? value, string problem) =>
        Assert.Contains(OverlayTests.RuleProblems(Broken("rabbitmq", kind, path, value)),
            found => found.Contains(problem, StringComparison.Ordinal));

    [Theory]
    [InlineData("sqs", "spec/triggers/0/metadata/scaleOnInFlight", "\"false\"", "rows that are worked on do not count")]
    [InlineData("sqs", "spec/triggers/1/metadata/awsRegion", "\"eu-west-1\"", "the queues are in another region")]
    [InlineData("sqs-by-quota", "spec/triggers/0/metadata/ignoreNullValues", null, "when the backlog cannot be asked for")]
    public void Trigger_AgainstARule_IsFound(string overlay, string path, string? value, string problem) =>
        Assert.Contains(OverlayTests.RuleProblems(Broken(overlay, "ScaledObject", path, value)),
            found => found.Contains(problem, StringComparison.Ordinal));

    [Fact]
    public void Workers_WithANumberOfTheirOwn_AreFound() => Assert.Contains(
        OverlayTests.RuleProblems(Broken("sqs", "Deployment", "spec/replicas", "3")),
        found => found.Contains("every rollout would undo the scaling", StringComparison.Ordinal));

    /// <summary>An overlay with a field of all documents of a kind set, or removed.</summary>
    private static Manifests Broken(string overlay, string kind, string path, string? value)
    {
        var manifests = Manifests.Of(overlay);
        var (parent, name) = (path[..Math.Max(0, path.LastIndexOf('/'))], path[(path.LastIndexOf('/') + 1)..]);
        var changed = 0;
        foreach (var document in manifests.OfKind(kind).ToList())
        {
            var holder = parent.Length == 0 ? document : document.At(parent);
            if (holder is JsonObject map && (value is null ? map.Remove(name) : Set(map, name, value)))
                changed++;
            else if (holder is JsonArray list && value is null && list.Count > 0)
            {
                list.RemoveAt(int.Parse(name, System.Globalization.CultureInfo.InvariantCulture));
                changed++;
            }
        }

        Assert.NotEqual(0, changed);
        return manifests;
    }

    private static bool Set(JsonObject map, string name, string value)
    {
        map[name] = JsonNode.Parse(value);
        return true;
    }
}
