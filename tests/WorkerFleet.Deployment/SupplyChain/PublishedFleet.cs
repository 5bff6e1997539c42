using System.Text.Json.Nodes;

namespace WorkerFleet.Deployment.SupplyChain;

/// <summary>The executable as it is shipped, published once for all tests of it.</summary>
public sealed class PublishedFleet : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fleet-published-").FullName;

    public PublishedFleet() => Tool.Run("dotnet",
    [
        "publish", Repository.PathOf("src/WorkerFleet.Cli"), "--configuration", "Release", "--no-build", "--nologo",
        "--output", App,
    ]);

    public string App => Path.Combine(_folder, "app");

    /// <summary>Name and version of every package in it, by its own list.</summary>
    public IReadOnlyList<string> Packages =>
    [
        .. JsonNode.Parse(File.ReadAllText(Path.Combine(App, "fleet.deps.json")))!["libraries"]!.AsObject()
            .Where(library => library.Value!["type"]!.ToString() == "package")
            .Select(library => library.Key)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>A folder of that name, made if it is not there.</summary>
    public string this[string name] => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

/// <summary>Of all tests that need it: two that publish at the same time write the same files of the project.</summary>
[CollectionDefinition(Name)]
public sealed class PublishedFleetTests : ICollectionFixture<PublishedFleet>
{
    public const string Name = "published fleet";
}
