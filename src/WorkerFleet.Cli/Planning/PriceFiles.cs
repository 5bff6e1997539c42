using WorkerFleet.Cli.Options;
using WorkerFleet.Planning;

namespace WorkerFleet.Cli.Planning;

/// <summary>The prices beside the executable, and those that a user has put in their place.</summary>
internal static class PriceFiles
{
    public const string FileName = "prices.json";

    /// <summary>Configuration key of the user's own.</summary>
    public const string Key = "Fleet:Plan:Prices";

    private const int MaxBytes = 1 << 20;

    /// <param name="cli">The process.</param>
    /// <param name="option">The file that the command line names; null for none.</param>
    /// <param name="configured">The file that the configuration names; null for none.</param>
    /// <param name="problems">Receives what is wrong.</param>
    /// <returns>Null when there are problems.</returns>
    public static PriceList? Read(CliContext cli, string? option, string? configured, List<string> problems)
    {
        var before = problems.Count;
        var prices = new List<Price>();
        var shipped = Path.Combine(cli.InstallDirectory, FileName);
        if (File.Exists(shipped))
            prices.AddRange(ReadFile(shipped, shipped, problems));
        if (option is not null || !string.IsNullOrWhiteSpace(configured))
        {
            var written = option ?? configured!;
            prices.AddRange(ReadFile(cli.FullPath(written), option is null ? $"{Key}: {written}" : written, problems));
        }

        if (problems.Count > before)
            return null;
        var (list, missing) = PriceList.Create(prices);
        if (list is null)
            problems.Add($"{shipped}: {(File.Exists(shipped) ? "has" : "is not there, so that there is")} no price " +
                $"for {string.Join(", ", missing)}; put {(missing.Count == 1 ? "it" : "them")} into a file for --prices");
        return list;
    }

    private static IReadOnlyList<Price> ReadFile(string path, string written, List<string> problems)
    {
        if (SourcePaths.ProblemOfFile(path, written, "file of prices") is { } problem)
            problems.Add(problem);
        else if (new FileInfo(path).Length > MaxBytes)
            problems.Add($"{written}: a file of prices is at most {ByteSizes.Format(MaxBytes)}");
        else
            return PriceReader.Read(File.ReadAllText(path), written, problems);
        return [];
    }
}
