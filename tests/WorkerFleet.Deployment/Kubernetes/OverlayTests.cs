using System.Text.Json;

namespace WorkerFleet.Deployment.Kubernetes;

public sealed class OverlayTests
{
    /// <summary>Every folder of overlays, so that one more is looked at, too.</summary>
    public static TheoryData<string> Overlays() => new(Directory
        .GetDirectories(Repository.PathOf("deploy/kubernetes/overlays")).Select(folder => Path.GetFileName(folder)!));

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Overlay_Rendered_FitsTheSchemasOfKubernetesAndKeda(string overlay) =>
        Assert.Empty(SchemaProblems(Manifests.Of(overlay)));

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Overlay_Rendered_KeepsEveryRule(string overlay) => Assert.Empty(RuleProblems(Manifests.Of(overlay)));

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Overlay_Rendered_HasEveryRole(string overlay)
    {
        var manifests = Manifests.Of(overlay);

        Assert.Equal(["fleet-api", "fleet-orchestrator", "fleet-worker"], manifests.Deployments.Select(role => role.Name).Order());
        Assert.Equal(["api", "orchestrator", "worker"],
            manifests.Deployments.Select(role => role.Pod.Texts("containers/0/args").First()).Order());
        Assert.Equal(2, manifests.Deployments.First(role => role.Name == "fleet-orchestrator").Number("spec/replicas"));
        Assert.Single(manifests.OfKind("ScaledObject"));
    }

    internal static IReadOnlyList<string> RuleProblems(Manifests manifests) =>
    [
        .. WorkloadRules.Problems(manifests), .. ReferenceRules.Problems(manifests), .. NetworkRules.Problems(manifests),
        .. ScalingRules.Problems(manifests), .. SecretRules.Problems(manifests),
    ];

    internal static IReadOnlyList<string> SchemaProblems(Manifests manifests) => JsonSerializer.Deserialize<string[]>(Tool.Run(
        "node", [Repository.PathOf("tests/emulators/kubernetes-schemas.mjs")], JsonSerializer.Serialize(manifests.Documents)))!;
}
