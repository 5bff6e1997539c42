using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkerFleet.Deployment.SupplyChain;

[Collection(PublishedFleetTests.Name)]
public sealed class BillOfMaterialsTests(PublishedFleet published)
{
    private const string Script = "deploy/supply-chain/sbom.mjs";

    [Fact]
    public void Bom_OfThePublishedFleet_FitsCycloneDxsSchema()
    {
        var output = Make();

        var problems = JsonSerializer.Deserialize<string[]>(Tool.Run(
            "node", [Repository.PathOf("tests/emulators/cyclonedx-schema.mjs"), Path.Combine(output, "bom.cdx.json")]));

        Assert.Empty(problems!);
    }

    [Fact]
    public void Bom_OfThePublishedFleet_HasAllItsPackagesAndNoOther()
    {
        var bom = JsonNode.Parse(File.ReadAllText(Path.Combine(Make(), "bom.cdx.json")))!;
        var parts = bom["components"]!.AsArray();

        Assert.NotEmpty(published.Packages);
        Assert.Equal(published.Packages, parts
            .Select(part => $"{part!["name"]}/{part["version"]}").Order(StringComparer.Ordinal));
        Assert.All(parts, part => Assert.Equal(128, part!["hashes"]![0]!["content"]!.ToString().Length));
        Assert.All(parts, part => Assert.Equal($"pkg:nuget/{part!["name"]}@{part["version"]}", part["purl"]!.ToString()));
        // What ships is what the lock file says.
        var locked = JsonNode.Parse(File.ReadAllText(Repository.PathOf("src/WorkerFleet.Cli/packages.lock.json")))!
            ["dependencies"]!["net10.0"]!.AsObject();
        Assert.All(parts, part => Assert.Equal(
            locked[part!["name"]!.ToString()]!["resolved"]!.ToString(), part["version"]!.ToString()));
    }

    [Fact]
    public void Licences_OfThePublishedFleet_AreListed()
    {
        var lines = File.ReadAllLines(Path.Combine(Make(), "licences.md"));

        Assert.All(published.Packages, package => Assert.Contains(
            lines, line => line.StartsWith($"| {package.Replace("/", " | ", StringComparison.Ordinal)} | ", StringComparison.Ordinal)));
        Assert.Contains(lines, line => line.Contains("| sqlite | 3.35.5 | blessing |", StringComparison.Ordinal));
    }

    [Fact]
    public void Licence_ThatIsNotAllowed_FailsNamingItsPackages()
    {
        var folder = published["policy"];
        File.Copy(Repository.PathOf(Script), Path.Combine(folder, "sbom.mjs"), overwrite: true);
        var policy = JsonNode.Parse(File.ReadAllText(Repository.PathOf("deploy/supply-chain/policy.json")))!;
        policy["allowed"] = new JsonArray("Apache-2.0", "blessing");
        policy["packages"] = new JsonObject { ["YamlDotNet/1.0.0"] = new JsonObject { ["licence"] = "MIT" } };
        File.WriteAllText(Path.Combine(folder, "policy.json"), policy.ToJsonString());

        var (exitCode, _, error) = Tool.Try(
            "node", [Path.Combine(folder, "sbom.mjs"), "--app", published.App, "--output", published["refused"]]);

        Assert.Equal(1, exitCode);
        Assert.Contains("Handlebars.Net 2.4.3: MIT is not an allowed licence", error, StringComparison.Ordinal);
        // Of an alternative, one is enough.
        Assert.DoesNotContain("RabbitMQ.Client", error, StringComparison.Ordinal);
        Assert.Contains("policy.json tells of YamlDotNet/1.0.0, which is not shipped", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(published["refused"]));
    }

    [Fact]
    public void Package_WithoutALicence_Fails()
    {
        var (app, cache) = (Copy("unlicensed"), published["cache"]);
        foreach (var package in published.Packages)
        {
            var folder = Directory.CreateDirectory(Path.Combine(cache, package.ToLowerInvariant())).FullName;
            File.WriteAllText(
                Path.Combine(folder, $"{package.Split('/')[0].ToLowerInvariant()}.nuspec"), "<package><metadata /></package>");
        }

        var (exitCode, _, error) = Tool.Try("env",
            [$"NUGET_PACKAGES={cache}", "node", Repository.PathOf(Script), "--app", app, "--output", published["unlicensed-out"]]);

        Assert.Equal(1, exitCode);
        Assert.Contains("Serilog 3.1.1: no known licence. Look it up", error, StringComparison.Ordinal);
    }

    [Fact]
    public void File_OfNoPackage_Fails()
    {
        var app = Copy("stranger");
        File.WriteAllText(Path.Combine(app, "Vendored.dll"), "");

        var (exitCode, _, error) = Tool.Try(
            "node", [Repository.PathOf(Script), "--app", app, "--output", published["stranger-out"]]);

        Assert.Equal(1, exitCode);
        Assert.Contains("Vendored.dll: in the published folder, but of no package", error, StringComparison.Ordinal);
    }

    private string Make()
    {
        var output = published["bom"];
        Tool.Run("node", [Repository.PathOf(Script), "--app", published.App, "--output", output]);
        return output;
    }

    /// <summary>As far as the command looks at it.</summary>
    private string Copy(string name)
    {
        var copy = published[name];
        File.Copy(Path.Combine(published.App, "fleet.deps.json"), Path.Combine(copy, "fleet.deps.json"), overwrite: true);
        return copy;
    }
}
