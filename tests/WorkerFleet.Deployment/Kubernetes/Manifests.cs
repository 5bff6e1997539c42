using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace WorkerFleet.Deployment.Kubernetes;

/// <summary>The documents that an overlay renders to.</summary>
/// <param name="Overlay">Name of its folder.</param>
internal sealed record Manifests(string Overlay, IReadOnlyList<JsonObject> Documents)
{
    private static readonly ConcurrentDictionary<string, Lazy<string>> Rendered = [];

    public IEnumerable<JsonObject> Deployments => OfKind("Deployment");

    public static Manifests Of(string overlay) => new(overlay, [.. Yaml.Documents(Rendered.GetOrAdd(overlay,
        name => new Lazy<string>(() => Kubectl.Kustomize($"deploy/kubernetes/overlays/{name}"))).Value)]);

    public IEnumerable<JsonObject> OfKind(string kind) => Documents.Where(document => document.Text("kind") == kind);

    public bool Has(string kind, string? name) => OfKind(kind).Any(document => document.Name == name);

    /// <summary>The deployments whose pods a selector of labels takes.</summary>
    public IEnumerable<JsonObject> Selected(JsonNode? labels) =>
        Deployments.Where(deployment => Matches(labels, deployment.At("spec/template/metadata/labels")));

    public static bool Matches(JsonNode? selector, JsonNode? labels) =>
        selector is JsonObject { Count: > 0 } wanted
        && wanted.All(label => labels?[label.Key]?.GetValue<string>() == label.Value?.GetValue<string>());

    /// <summary>The secrets that have to be there before, as the overlay's comments tell to make them.</summary>
    public IReadOnlyList<string> SecretsMadeBefore => [.. File
        .ReadAllLines(Repository.PathOf($"deploy/kubernetes/overlays/{Overlay}/kustomization.yaml"))
        .Where(line => line.StartsWith('#') && line.Contains("secret generic ", StringComparison.Ordinal))
        .Select(line => line.Split("secret generic ")[1].Split(' ')[0])];
}
