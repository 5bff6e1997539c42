namespace WorkerFleet.Results;

/// <summary>The places that exports can go to: folders of this machine, and what else is registered.</summary>
public sealed class ExportLocations
{
    private readonly IReadOnlyList<IExportLocation> _elsewhere;

    internal ExportLocations(IEnumerable<IExportLocation> elsewhere) => _elsewhere = [.. elsewhere];

    /// <summary>Folders of this machine alone.</summary>
    public static ExportLocations Local { get; } = new([]);

    /// <summary>Opens a file of an export.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public Task<Stream?> OpenReadAsync(string folder, string name, CancellationToken cancellationToken)
    {
        if (Find(folder) is { } location)
            return location.OpenReadAsync(folder, name, cancellationToken);
        var path = Path.Combine(folder, name);
        return Task.FromResult<Stream?>(File.Exists(path) ? File.OpenRead(path) : null);
    }

    internal IExportFolder Open(string folder) => Find(folder)?.Open(folder) ?? ExportFolder.Open(folder);

    /// <summary>Opens a folder to write to while the batch still runs, where that is possible.</summary>
    /// <exception cref="NotSupportedException">It is not: elsewhere a file cannot be handed from one to another.</exception>
    internal IExportFolder OpenAhead(string folder) => Find(folder) is null
        ? ExportFolder.OpenUnlocked(folder)
        : throw new NotSupportedException($"{folder} is written once the batch is over.");

    private IExportLocation? Find(string folder) => _elsewhere.FirstOrDefault(location => location.Knows(folder));
}
