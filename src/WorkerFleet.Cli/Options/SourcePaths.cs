using WorkerFleet.S3;

namespace WorkerFleet.Cli.Options;

/// <summary>Checks files and folders that a user names, before anything is begun.</summary>
internal static class SourcePaths
{
    /// <summary>How a command line names standard input.</summary>
    public const string StandardInput = "-";

    public static void CheckSource(CliContext cli, string source, List<string> problems)
    {
        if (source == StandardInput)
        {
            if (cli.InputIsTerminal)
                problems.Add("-: standard input is a terminal; pipe the rows in, such as: cat rows.csv | " +
                    "fleet run - --format csv …");
        }
        else if (S3Address.IsMeant(source))
        {
            if (S3Address.Parse(source, needsKey: true).Problem is { } wrong)
                problems.Add($"{source}: {wrong}");
        }
        else if (ProblemOfFile(cli.FullPath(source), source, "source") is { } problem)
        {
            problems.Add(problem);
        }
    }

    /// <returns>One message, or null when the file can be read.</returns>
    public static string? ProblemOfFile(string fullPath, string written, string what)
    {
        if (Directory.Exists(fullPath))
            return $"{written}: is a folder; name a file as the {what}";
        if (!File.Exists(fullPath))
            return $"{written}: there is no such file{NearbyFile(fullPath)}";
        try
        {
            using var stream = new FileStream(fullPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return $"{written}: permission denied; make the file readable for this user";
        }
        catch (IOException exception)
        {
            return $"{written}: cannot be read: {exception.Message}";
        }
    }

    /// <returns>The full path, or an address in S3.</returns>
    public static string CheckOutput(CliContext cli, string folder, List<string> problems)
    {
        if (S3Address.IsMeant(folder))
        {
            var (address, wrong) = S3Address.Parse(folder, needsKey: false);
            if (wrong is not null)
                problems.Add($"--output {folder}: {wrong}");
            return address?.ToString() ?? folder;
        }
        var full = cli.FullPath(folder);
        if (FolderAccess.ProblemOf(full) is { } problem)
            problems.Add($"--output {folder}: {problem}");
        return full;
    }

    private static string NearbyFile(string fullPath)
    {
        try
        {
            var folder = Path.GetDirectoryName(fullPath);
            if (folder is null || !Directory.Exists(folder))
                return "";
            // Enough to find a typing mistake; a folder can hold millions of files.
            const int MostFiles = 1_000;
            var names = Directory.EnumerateFiles(folder).Take(MostFiles).Select(path => Path.GetFileName(path));
            return Suggestions.DidYouMean(Path.GetFileName(fullPath), names);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
