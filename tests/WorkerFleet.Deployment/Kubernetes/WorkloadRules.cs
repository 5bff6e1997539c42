using System.Text.Json.Nodes;
using WorkerFleet.Messaging;

namespace WorkerFleet.Deployment.Kubernetes;

/// <summary>What has to hold for every deployment and its containers.</summary>
internal static class WorkloadRules
{
    /// <summary>Seconds that a process may take to end after its drain: the bus stops, what is buffered is written.</summary>
    private const int MarginSeconds = 10;

    private static readonly string[] Probes = ["startupProbe", "livenessProbe", "readinessProbe"];

    private static readonly string[] Writable = ["/tmp", "/data"];

    public static IEnumerable<string> Problems(Manifests manifests) =>
        manifests.Deployments.SelectMany(deployment => OfPod(deployment)
            .Concat(deployment.Pod.All("containers").SelectMany(container =>
                Security(container).Concat(Resources(container)).Concat(Ports(container)).Concat(Mounts(deployment, container))))
            .Select(problem => $"{deployment.Title}: {problem}"));

    private static IEnumerable<string> OfPod(JsonObject deployment)
    {
        var (pod, labels) = (deployment.Pod, deployment.At("spec/template/metadata/labels"));
        if (!Manifests.Matches(deployment.At("spec/selector/matchLabels"), labels))
            yield return "the selector does not take its own pods";
        if (!pod.IsTrue("securityContext/runAsNonRoot") || pod.Number("securityContext/runAsUser") is null or 0)
            yield return "it runs as root";
        if (pod.Text("securityContext/seccompProfile/type") != "RuntimeDefault")
            yield return "it has no seccomp profile";
        if (pod.At("automountServiceAccountToken") is null || pod.IsTrue("automountServiceAccountToken"))
            yield return "it is given a token for the cluster, which it has no use for";
        if (!pod.All("topologySpreadConstraints").Any(spread => Manifests.Matches(spread.At("labelSelector/matchLabels"), labels)))
            yield return "all its pods may be in one zone";

        var wait = pod.All("containers").Max(container => container.Number("lifecycle/preStop/sleep/seconds") ?? 0);
        var least = wait + (int)new DrainOptions().StopWithin.TotalSeconds + MarginSeconds;
        if (!(pod.Number("terminationGracePeriodSeconds") >= least))
            yield return $"it is killed before it has drained, which takes up to {least} s";

        var annotations = deployment.At("spec/template/metadata/annotations");
        var health = pod.All("containers/0/ports").FirstOrDefault(port => port.Text("name") == "health").Text("containerPort");
        if (annotations?["prometheus.io/scrape"]?.ToString() != "true"
            || annotations["prometheus.io/path"]?.ToString() != "/metrics"
            || annotations["prometheus.io/port"]?.ToString() != health)
            yield return "its metrics are not scraped from its port health";
    }

    private static IEnumerable<string> Security(JsonObject container)
    {
        if (!container.IsTrue("securityContext/readOnlyRootFilesystem"))
            yield return "its file system can be written to";
        if (container.At("securityContext/allowPrivilegeEscalation") is null
            || container.IsTrue("securityContext/allowPrivilegeEscalation"))
            yield return "it may gain rights";
        if (!container.Texts("securityContext/capabilities/drop").Contains("ALL"))
            yield return "it keeps capabilities";
        if (container.Text("image") is not { } image || !image.Contains(':', StringComparison.Ordinal)
            || image.EndsWith(":latest", StringComparison.Ordinal))
            yield return "its image has no version";
    }

    private static IEnumerable<string> Resources(JsonObject container)
    {
        if (container.At("resources/requests/cpu") is null || container.At("resources/requests/memory") is null)
            yield return "it asks for no processor or memory, and so is put anywhere";
        if (container.At("resources/limits/memory") is null)
            yield return "nothing limits its memory";
        if (container.At("resources/limits/cpu") is not null)
            yield return "a limit on its processor has heartbeats late";
    }

    private static IEnumerable<string> Ports(JsonObject container)
    {
        var ports = container.All("ports").ToDictionary(port => port.Text("name")!, port => port.Text("containerPort"));
        foreach (var probe in Probes)
            if (container.Text($"{probe}/httpGet/port") is not { } port)
                yield return $"there is no {probe}";
            else if (!ports.ContainsKey(port))
                yield return $"the {probe} asks at port {port}, which it does not have";
            else if (container.Text($"{probe}/httpGet/path") != $"/health/{Question(probe)}")
                yield return $"the {probe} asks another question";
    }

    private static string Question(string probe) => probe switch
    {
        "startupProbe" => "startup",
        "livenessProbe" => "live",
        _ => "ready",
    };

    private static IEnumerable<string> Mounts(JsonObject deployment, JsonObject container)
    {
        var volumes = deployment.Pod.All("volumes").Select(volume => volume.Name()).ToHashSet();
        foreach (var mount in container.All("volumeMounts").Where(mount => !volumes.Contains(mount.Name())))
            yield return $"the volume {mount.Name()} is nowhere";
        foreach (var path in Writable.Except(container.All("volumeMounts").Select(mount => mount.Text("mountPath")!)))
            yield return $"it cannot write to {path}";
    }

    private static string? Name(this JsonObject part) => part.Text("name");
}
