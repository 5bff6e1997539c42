namespace WorkerFleet.Deployment;

/// <summary>The checkout that these tests are of: they look at files that nothing is compiled from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <param name="path">Below the root, with slashes.</param>
    public static string PathOf(string path) => Path.Combine(Root, path);

    private static string Find(string folder) => File.Exists(Path.Combine(folder, "WorkerFleet.sln"))
        ? folder
        : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("WorkerFleet.sln is in no folder above."));
}
