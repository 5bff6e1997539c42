using System.Diagnostics;

namespace WorkerFleet.Conformance.Emulators;

/// <summary>The npm packages of tests/emulators, which `./test` installs.</summary>
internal static class EmulatorPackages
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);

    /// <summary>Installs them where the tests were started otherwise.</summary>
    /// <param name="package">That has to be there.</param>
    /// <returns>Their folder.</returns>
    public static async Task<string> InstallAsync(string package)
    {
        var folder = Path.Combine(RepositoryRoot(), "tests", "emulators");
        if (Directory.Exists(Path.Combine(folder, "node_modules", package)))
            return folder;
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-progress"]) { WorkingDirectory = folder })
            ?? throw new InvalidOperationException("npm did not start.");
        using var limit = new CancellationTokenSource(InstallLimit);
        await npm.WaitForExitAsync(limit.Token);
        return npm.ExitCode == 0
            ? folder
            : throw new InvalidOperationException($"`npm ci` in {folder} ended with {npm.ExitCode}.");
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "WorkerFleet.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("WorkerFleet.sln is in no folder above the tests.");
        return folder.FullName;
    }
}
