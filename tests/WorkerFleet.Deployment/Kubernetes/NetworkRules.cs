using System.Text.Json.Nodes;

namespace WorkerFleet.Deployment.Kubernetes;

/// <summary>What pods may reach and who may reach them: all that they need, and nothing else.</summary>
internal static class NetworkRules
{
    private const string Namespace = "kubernetes.io/metadata.name";

    public static IEnumerable<string> Problems(Manifests manifests) =>
        manifests.OfKind("NetworkPolicy")
            .Where(policy => !manifests.Selected(policy.At("spec/podSelector/matchLabels")).Any())
            .Select(policy => $"{policy.Title}: it is of no pod")
            .Concat(manifests.Deployments.SelectMany(deployment => OfDeployment(manifests, deployment)));

    private static IEnumerable<string> OfDeployment(Manifests manifests, JsonObject deployment)
    {
        foreach (var (direction, wanted) in new[] { ("egress", Out(manifests)), ("ingress", In(deployment)) })
        {
            var (allowed, isClosed) = Allowed(manifests, deployment, direction);
            if (!isClosed)
                yield return $"{deployment.Title}: all {direction} is allowed";
            foreach (var missing in wanted.Except(allowed))
                yield return $"{deployment.Title}: {direction} {missing} is missing";
            foreach (var needless in allowed.Except(wanted))
                yield return $"{deployment.Title}: {direction} {needless} is needless";
        }
    }

    private static IEnumerable<string> Out(Manifests manifests)
    {
        string[] common =
        [
            "UDP 53 kube-system", "TCP 53 kube-system", "UDP 53 169.254.20.10/32", "TCP 53 169.254.20.10/32", "TCP 443 anywhere",
        ];
        return manifests.Overlay == "rabbitmq" ? [.. common, "TCP 5671 rabbitmq", "TCP 5672 rabbitmq"] : common;
    }

    private static IEnumerable<string> In(JsonObject deployment) => deployment.Pod.All("containers/0/ports")
        .Select(port => port.Text("name") == "health"
            ? $"TCP {port.Text("containerPort")} monitoring"
            : $"TCP {port.Text("containerPort")} ingress-nginx");

    private static (IReadOnlyCollection<string> Allowed, bool IsClosed) Allowed(
        Manifests manifests, JsonObject deployment, string direction)
    {
        var policies = manifests.OfKind("NetworkPolicy")
            .Where(policy => Manifests.Matches(
                policy.At("spec/podSelector/matchLabels"), deployment.At("spec/template/metadata/labels")))
            .Where(policy => policy.Texts("spec/policyTypes").Contains(direction, StringComparer.OrdinalIgnoreCase))
            .ToList();
        var allowed = policies.SelectMany(policy => policy.All($"spec/{direction}"))
            .SelectMany(rule => from port in Ports(rule) from peer in Peers(rule) select $"{port} {peer}")
            .ToHashSet();
        return (allowed, policies.Count > 0);
    }

    private static IEnumerable<string> Ports(JsonObject rule) =>
        rule.At("ports") is null ? ["any"] : rule.All("ports").Select(port => $"{port.Text("protocol")} {port.Text("port")}");

    private static IEnumerable<string> Peers(JsonObject rule) => (rule.At("to") ?? rule.At("from")) is not JsonArray peers
        ? ["anywhere"]
        : peers.Select(peer => peer.Text("ipBlock/cidr") ?? peer.At("namespaceSelector/matchLabels")?[Namespace]?.ToString() ?? "?");
}
