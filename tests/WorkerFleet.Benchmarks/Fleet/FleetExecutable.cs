using System.Diagnostics;

namespace WorkerFleet.Benchmarks.Fleet;

/// <summary><c>./fleet</c> at the root of the repository: what a user runs.</summary>
internal static class FleetExecutable
{
    private static string Executable { get; } = FindExecutable();

    public static string Output(string folder, params string[] arguments)
    {
        using var process = Start(folder, null, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException(errors.Result);
    }

    public static Process Start(
        string folder, IReadOnlyDictionary<string, string>? environment, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Executable)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet does not start.");
    }

    private static string FindExecutable()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "WorkerFleet.sln")))
                return Path.Combine(folder.FullName, "fleet");
        throw new InvalidOperationException("The benchmarks run inside the repository, which has ./fleet at its root.");
    }
}
