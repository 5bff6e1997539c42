using System.Text.Json.Nodes;

namespace WorkerFleet.Deployment.Kubernetes;

/// <summary>What one document names has to be in another.</summary>
internal static class ReferenceRules
{
    public static IEnumerable<string> Problems(Manifests manifests) =>
        Namespaces(manifests)
            .Concat(manifests.Deployments.SelectMany(deployment => OfDeployment(manifests, deployment)))
            .Concat(manifests.OfKind("ServiceAccount").SelectMany(Roles))
            .Concat(manifests.OfKind("Service").SelectMany(service => OfService(manifests, service)))
            .Concat(manifests.OfKind("PodDisruptionBudget").SelectMany(budget => OfBudget(manifests, budget)))
            .Concat(manifests.Deployments.SelectMany(deployment => Budgets(manifests, deployment)))
            .Concat(manifests.OfKind("ScaledObject").SelectMany(scaled => OfScaledObject(manifests, scaled)))
            .Concat(manifests.OfKind("TriggerAuthentication").SelectMany(sign => Secrets(manifests, sign)));

    private static IEnumerable<string> Namespaces(Manifests manifests)
    {
        foreach (var document in manifests.Documents.Where(document => document.Text("kind") != "Namespace"))
            if (!manifests.Has("Namespace", document.Text("metadata/namespace")))
                yield return $"{document.Title}: its namespace is nowhere";
        foreach (var space in manifests.OfKind("Namespace"))
            if (space.At("metadata/labels")?["pod-security.kubernetes.io/enforce"]?.ToString() != "restricted")
                yield return $"{space.Title}: pods with rights are let in";
    }

    private static IEnumerable<string> OfDeployment(Manifests manifests, JsonObject deployment)
    {
        if (!manifests.Has("ServiceAccount", deployment.Pod.Text("serviceAccountName")))
            yield return $"{deployment.Title}: its service account is nowhere";
        foreach (var source in deployment.Pod.All("containers").SelectMany(container => container.All("envFrom")))
            if (source.Text("configMapRef/name") is { } map && !manifests.Has("ConfigMap", map))
                yield return $"{deployment.Title}: the config map {map} is nowhere";
            else if (source.Text("secretRef/name") is { } secret && !manifests.SecretsMadeBefore.Contains(secret))
                yield return $"{deployment.Title}: nothing says how to make the secret {secret}";
    }

    private static IEnumerable<string> Roles(JsonObject account)
    {
        var role = account.At("metadata/annotations")?["eks.amazonaws.com/role-arn"]?.ToString();
        if (role?.StartsWith("arn:aws:iam::", StringComparison.Ordinal) != true)
            yield return $"{account.Title}: it has no role of AWS";
    }

    private static IEnumerable<string> OfService(Manifests manifests, JsonObject service)
    {
        var targets = manifests.Selected(service.At("spec/selector")).ToList();
        if (targets.Count != 1)
            yield return $"{service.Title}: it leads to {targets.Count} deployments";
        foreach (var port in service.All("spec/ports").Select(port => port.Text("targetPort")))
            if (!targets.TrueForAll(target => target.Pod.All("containers/0/ports").Any(open => open.Text("name") == port)))
                yield return $"{service.Title}: its pods have no port {port}";
    }

    private static IEnumerable<string> OfBudget(Manifests manifests, JsonObject budget)
    {
        var targets = manifests.Selected(budget.At("spec/selector/matchLabels")).ToList();
        if (targets.Count != 1)
            yield return $"{budget.Title}: it is of {targets.Count} deployments";
        if (budget.Text("spec/maxUnavailable") is "0" or "0%"
            || targets.Exists(target => budget.Number("spec/minAvailable") >= (target.Number("spec/replicas") ?? 1)))
            yield return $"{budget.Title}: no node can ever be drained";
    }

    private static IEnumerable<string> Budgets(Manifests manifests, JsonObject deployment)
    {
        var labels = deployment.At("spec/template/metadata/labels");
        if (!manifests.OfKind("PodDisruptionBudget").Any(budget => Manifests.Matches(budget.At("spec/selector/matchLabels"), labels)))
            yield return $"{deployment.Title}: all its pods may be taken away at once";
    }

    private static IEnumerable<string> OfScaledObject(Manifests manifests, JsonObject scaled)
    {
        if (!manifests.Has("Deployment", scaled.Text("spec/scaleTargetRef/name")))
            yield return $"{scaled.Title}: what it scales is nowhere";
        foreach (var sign in scaled.All("spec/triggers").Select(trigger => trigger.Text("authenticationRef/name")))
            if (sign is not null && !manifests.Has("TriggerAuthentication", sign))
                yield return $"{scaled.Title}: the authentication {sign} is nowhere";
    }

    private static IEnumerable<string> Secrets(Manifests manifests, JsonObject sign) =>
        sign.All("spec/secretTargetRef").Select(secret => secret.Text("name")!)
            .Except(manifests.SecretsMadeBefore)
            .Select(secret => $"{sign.Title}: nothing says how to make the secret {secret}");
}
