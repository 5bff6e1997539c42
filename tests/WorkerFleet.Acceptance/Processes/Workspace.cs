using System.Text.Json;

namespace WorkerFleet.Acceptance.Processes;

/// <summary>A folder in which a test runs <c>fleet</c> as a user would. Disposing kills what still runs, and deletes it.</summary>
public sealed class Workspace : IAsyncDisposable
{
    private readonly List<FleetProcess> _started = [];

    private Workspace()
    {
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("fleet-acceptance-").FullName;

    /// <summary>Environment variables of every process started from here on.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public string this[string name] => Path.Combine(Folder, name);

    /// <summary>The root of the repository, for its samples.</summary>
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    public static Workspace Create() => new();

    public Workspace Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
        return this;
    }

    /// <summary>Copies the repository's samples to <c>samples</c>.</summary>
    public Workspace WithSamples()
    {
        Directory.CreateDirectory(this["samples"]);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(RepositoryRoot, "samples")))
            File.Copy(file, Path.Combine(this["samples"], Path.GetFileName(file)));
        return this;
    }

    /// <summary>Configures agents in the folder's appsettings.json.</summary>
    public Workspace WithAgents(object agents) =>
        Write("appsettings.json", JsonSerializer.Serialize(new { Fleet = new { Agents = agents } }));

    public Task<FleetProcess> StartAsync(params string[] arguments) => StartAsync(input: null, arguments);

    public async Task<FleetProcess> StartAsync(string? input, IReadOnlyList<string> arguments)
    {
        var process = await FleetProcess.StartAsync(Folder, Environment, input, arguments);
        _started.Add(process);
        return process;
    }

    /// <summary>Runs a command to its end.</summary>
    public Task<FleetExit> RunAsync(params string[] arguments) => RunAsync(input: null, arguments);

    public async Task<FleetExit> RunAsync(string? input, IReadOnlyList<string> arguments) =>
        await (await StartAsync(input, arguments)).WaitAsync();

    /// <summary>Has the executable prove the ledger of a batch, by default the newest.</summary>
    public async Task<JsonElement> AuditAsync(string batch = "latest")
    {
        var report = (await RunAsync("audit", batch, "--json")).ShouldBe(0).Json();
        Assert.True(report.GetProperty("passed").GetBoolean());
        return report;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started)
            await process.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static string FindRepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "WorkerFleet.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("WorkerFleet.sln is in no folder above the tests.");
        return folder.FullName;
    }
}
