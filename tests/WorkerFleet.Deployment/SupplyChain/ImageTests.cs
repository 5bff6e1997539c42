using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace WorkerFleet.Deployment.SupplyChain;

public sealed partial class ImageTests
{
    /// <summary>Emulators for trying things out, of which no digest is known to us.</summary>
    private static readonly string[] Floating = ["kibertoad/fauxqs"];

    private static readonly string[] Dockerfile = File.ReadAllLines(Repository.PathOf("Dockerfile"));

    [Fact]
    public void Image_Runs_AsAUserWithoutRights() => Assert.Contains("USER $APP_UID", Dockerfile);

    [Fact]
    public void BaseImages_All_AreOfAVersionAndPinnedByDigest()
    {
        var images = Dockerfile.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal))
            .Select(line => line.Split(' ').First(word => word.Contains('/', StringComparison.Ordinal)))
            .ToList();

        Assert.Equal(2, images.Count);
        Assert.All(images, image => Assert.Matches(Pinned(), image));
    }

    [Fact]
    public void ComposedImages_OfOthers_AreOfAVersionAndPinnedByDigest()
    {
        var images = Services().Select(service => (string)service["image"])
            .Where(image => image != "workerfleet").Distinct().ToList();

        Assert.All(images.Except(Floating), image => Assert.Matches(Pinned(), image));
        Assert.Empty(Floating.Except(images));
    }

    [Fact]
    public void ComposedProcesses_All_AreReadOnlyWithoutRights() => Assert.All(
        Services().Where(service => (string)service["image"] == "workerfleet"), service =>
        {
            Assert.Equal("true", service["read_only"]);
            Assert.Equal(["/tmp"], Texts(service["tmpfs"]));
            Assert.Equal(["ALL"], Texts(service["cap_drop"]));
            Assert.Equal(["no-new-privileges:true"], Texts(service["security_opt"]));
        });

    /// <summary>With what they share merged into each.</summary>
    private static IEnumerable<Dictionary<object, object>> Services()
    {
        var parser = new MergingParser(new Parser(new StringReader(File.ReadAllText(Repository.PathOf("docker-compose.yml")))));
        var composed = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(parser);
        return ((Dictionary<object, object>)composed["services"]).Values.Cast<Dictionary<object, object>>();
    }

    private static IEnumerable<object> Texts(object list) => (List<object>)list;

    /// <summary>A version of two parts at least, and a digest.</summary>
    [GeneratedRegex(@"^[a-z0-9./-]+:\d+\.\d+[^@]*@sha256:[0-9a-f]{64}$")]
    private static partial Regex Pinned();
}
