using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using WorkerFleet.Messaging;

namespace WorkerFleet.Tests.Upgrade;

/// <summary>
/// What versions have written, a folder each beside this file: what is there is never changed, for that is what runs and
/// lies somewhere. With WORKERFLEET_RECORD set, tests first write for the current version what is not there yet.
/// </summary>
internal static class Recording
{
    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Current { get; } = typeof(FleetServices).Assembly.GetName().Version!.ToString(3);

    /// <summary>From the oldest on.</summary>
    public static IReadOnlyList<string> Versions => [.. Directory.GetDirectories(FolderOfThisFile())
        .Select(folder => Path.GetFileName(folder)).OrderBy(Version.Parse)];

    private static bool IsRecording => Environment.GetEnvironmentVariable("WORKERFLEET_RECORD") is { Length: > 0 };

    public static string PathOf(string version, string name) => Path.Combine(FolderOfThisFile(), version, name);

    /// <summary>Everything of a kind that any version has recorded.</summary>
    public static TheoryData<string, string> All(string folder)
    {
        var all = new TheoryData<string, string>();
        foreach (var version in Versions)
            foreach (var name in Names(version, folder))
                all.Add(version, name);
        return all;
    }

    public static IEnumerable<string> Names(string version, string folder) => Directory.Exists(PathOf(version, folder))
        ? Directory.GetFiles(PathOf(version, folder)).Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)
        : [];

    public static JsonNode Read(string version, string folder, string name) =>
        JsonNode.Parse(File.ReadAllText(PathOf(version, $"{folder}/{name}.json")))!;

    /// <summary>Writes what no version has recorded, if it is wanted.</summary>
    /// <returns>What is still missing.</returns>
    public static async Task<IReadOnlyList<string>> RecordAsync(
        string folder, IEnumerable<string> names, Func<string, Task<JsonNode>> make)
    {
        var missing = names.Where(name => !Versions.Any(version => Names(version, folder).Contains(name))).ToList();
        if (!IsRecording || missing.Count == 0)
            return missing;
        Directory.CreateDirectory(PathOf(Current, folder));
        foreach (var name in missing)
            await File.WriteAllTextAsync(
                PathOf(Current, $"{folder}/{name}.json"), (await make(name)).ToJsonString(Readable) + "\n");
        return [];
    }

    /// <summary>Fills a folder of the current version that is not there, if it is wanted.</summary>
    public static async Task RecordFolderAsync(string folder, Func<string, Task> fill)
    {
        if (IsRecording && !Versions.Any(version => Directory.Exists(PathOf(version, folder))))
            await fill(PathOf(Current, folder));
    }

    private static string FolderOfThisFile([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
