using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkerFleet.Tests.Upgrade;

/// <summary>Records of every version that was recorded, read by this one.</summary>
public sealed class RecordUpgradeTests
{
    private const string Folder = "records";
    private const string Enumerations = "enumerations";

    public static TheoryData<string, string> Recorded() => Recording.All(Folder);

    public static TheoryData<string, string> RecordedEnumerations() => Recording.All(Enumerations);

    [Fact]
    public async Task EveryRecord_HasASample() => Assert.Empty(await Recording.RecordAsync(
        Folder, StoredTypes.ByName.Keys, name => Task.FromResult(Write(Specimen.Of(StoredTypes.ByName[name].Type), name)!)));

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Record_AsItWasRecorded_KeepsItsMeaning(string version, string name)
    {
        var record = Recording.Read(version, Folder, name);

        Assert.Empty(JsonForm.Lost(record, Write(Read(record, name), name)));
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Record_WithFieldsOfALaterVersion_IsReadAsWithout(string version, string name)
    {
        var record = Recording.Read(version, Folder, name);
        var newer = JsonForm.AsNewer(record, record)!;

        Assert.Contains("fieldOfTomorrow", newer.ToJsonString(), StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(Write(Read(record, name), name), Write(Read(newer, name), name)));
    }

    [Fact]
    public async Task EveryEnumeration_IsRecorded() => Assert.Empty(await Recording.RecordAsync(
        Enumerations, StoredTypes.Enumerations.Keys, name => Task.FromResult(Numbers(StoredTypes.Enumerations[name]))));

    [Theory]
    [MemberData(nameof(RecordedEnumerations))]
    public void Enumeration_AsItWasRecorded_HasTheSameNumbers(string version, string name) =>
        Assert.Empty(JsonForm.Lost(Recording.Read(version, Enumerations, name), Numbers(StoredTypes.Enumerations[name])));

    private static JsonNode Numbers(Type type) => new JsonObject(Enum.GetNames(type).Select(name =>
        KeyValuePair.Create(name, (JsonNode?)Convert.ToInt32(Enum.Parse(type, name), System.Globalization.CultureInfo.InvariantCulture))));

    private static object Read(JsonNode record, string name) =>
        record.Deserialize(StoredTypes.ByName[name].Type, StoredTypes.ByName[name].Options)!;

    private static JsonNode? Write(object record, string name) =>
        JsonSerializer.SerializeToNode(record, StoredTypes.ByName[name].Type, StoredTypes.ByName[name].Options);
}
