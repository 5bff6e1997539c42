using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace WorkerFleet.Acceptance.Results;

/// <summary>A folder of results, read as a user's own program would read it.</summary>
internal sealed partial class Export(string folder)
{
    public bool HasManifest => File.Exists(PathOf("manifest.json"));

    public IReadOnlyList<JsonElement> Results => LinesOf("results.jsonl");

    public IReadOnlyList<JsonElement> Failures => LinesOf("failures.jsonl");

    public JsonElement Summary => Parse(File.ReadAllText(PathOf("summary.json")));

    public JsonElement Manifest => Parse(File.ReadAllText(PathOf("manifest.json")));

    /// <summary>
    /// What must be there whatever happened on the way: every row once and in order, files as the manifest says, and
    /// counts that are those of the rows.
    /// </summary>
    public Export ShouldBeComplete(int rows)
    {
        var results = Results;
        Assert.Equal(Enumerable.Range(0, rows), results.Select(line => line.GetProperty("row").GetInt32()));
        Assert.Equal(
            results.Where(line => StateOf(line) != "succeeded").Select(line => line.GetProperty("row").GetInt32()),
            Failures.Select(line => line.GetProperty("row").GetInt32()));
        var manifest = Manifest;
        Assert.True(manifest.GetProperty("complete").GetBoolean());
        Assert.Equal(rows, manifest.GetProperty("rows").GetInt32());
        foreach (var counts in (JsonElement[])[manifest.GetProperty("counts"), Summary.GetProperty("counts")])
        {
            foreach (var state in (string[])["succeeded", "failed", "rejected", "cancelled"])
                Assert.Equal(results.Count(line => StateOf(line) == state), counts.GetProperty(state).GetInt32());
            Assert.Equal(0, counts.GetProperty("pending").GetInt32());
        }
        FilesShouldBeAsTheManifestSays(manifest);
        return this;
    }

    public int CountOf(string state) => Results.Count(line => StateOf(line) == state);

    /// <summary>The file's text without what differs from run to run: times, and the ids of batch and sessions.</summary>
    public string Comparable(string name)
    {
        var text = File.ReadAllText(PathOf(name));
        text = Timings().Replace(text, """
            "started_at":…,"duration_ms":…
            """);
        return Session().Replace(text, "b-…-");
    }

    public static string StateOf(JsonElement line) => line.GetProperty("state").GetString()!;

    private void FilesShouldBeAsTheManifestSays(JsonElement manifest)
    {
        var files = manifest.GetProperty("files").EnumerateArray().ToList();
        Assert.Equal(
            ["failures.jsonl", "results.csv", "results.jsonl", "summary.json"],
            files.Select(file => file.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(PathOf(file.GetProperty("name").GetString()!));
            Assert.Equal(bytes.Length, file.GetProperty("bytes").GetInt64());
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), file.GetProperty("sha256").GetString());
            Assert.Equal(bytes.Count(value => value == (byte)'\n'), file.GetProperty("lines").GetInt64());
        }
        Assert.Equal(
            files.Select(file => file.GetProperty("name").GetString()!).Append("manifest.json").Order(StringComparer.Ordinal),
            Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }

    private IReadOnlyList<JsonElement> LinesOf(string name) => [.. File.ReadLines(PathOf(name)).Select(Parse)];

    private string PathOf(string name) => Path.Combine(folder, name);

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    [GeneratedRegex("""
        "started_at":("[^"]*"|null),"duration_ms":([0-9.eE+-]+|null)
        """)]
    private static partial Regex Timings();

    [GeneratedRegex("b-[0-9a-f]{32}-")]
    private static partial Regex Session();
}
