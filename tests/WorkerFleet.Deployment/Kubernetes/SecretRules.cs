using System.Text.RegularExpressions;

namespace WorkerFleet.Deployment.Kubernetes;

/// <summary>Secrets are made by hand, and are in no file.</summary>
internal static partial class SecretRules
{
    public static IEnumerable<string> Problems(Manifests manifests) =>
        manifests.OfKind("Secret").Select(secret => $"{secret.Title}: a secret is in a file")
            .Concat(manifests.OfKind("ConfigMap")
                .SelectMany(map => map["data"]!.AsObject().Select(pair => (map.Title, pair.Key, Value: pair.Value!.ToString())))
                .Concat(manifests.Deployments.SelectMany(deployment => deployment.Pod.All("containers")
                    .SelectMany(container => container.All("env"))
                    .Select(variable => (deployment.Title, Key: variable.Text("name")!, Value: variable.Text("value") ?? ""))))
                .Where(setting => SecretName().IsMatch(setting.Key) || Password().IsMatch(setting.Value))
                .Select(setting => $"{setting.Title}: {setting.Key} belongs into a secret"));

    [GeneratedRegex("PASSWORD|SECRET|TOKEN|ACCESS_KEY|APIKEY", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    [GeneratedRegex("://[^/@]*:[^/@]*@")]
    private static partial Regex Password();
}
