using System.Text.Json;
using System.Text.Json.Nodes;
using WorkerFleet.Api.Contracts;

namespace WorkerFleet.Tests.Upgrade;

/// <summary>What the HTTP API answers and takes still has all that its callers know of.</summary>
public sealed class ContractUpgradeTests
{
    private const string Folder = "contracts";

    private static readonly Dictionary<string, Type> Types = typeof(PublicJson).Assembly.GetTypes()
        .Where(type => type is { IsPublic: true, IsAbstract: false } && type.Name.EndsWith("Json", StringComparison.Ordinal))
        .ToDictionary(type => type.Name);

    public static TheoryData<string, string> Recorded() => Recording.All(Folder);

    [Fact]
    public async Task EveryContract_HasASample() => Assert.Empty(await Recording.RecordAsync(
        Folder, Types.Keys, name => Task.FromResult(Written(name)!)));

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Contract_AsItWasRecorded_HasAllItsFields(string version, string name) =>
        Assert.Empty(JsonForm.Lost(Recording.Read(version, Folder, name), Written(name), kindsOnly: true));

    private static JsonNode? Written(string name) =>
        JsonSerializer.SerializeToNode(Specimen.Of(Types[name]), Types[name], PublicJson.Line);
}
