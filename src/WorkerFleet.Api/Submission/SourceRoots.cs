using WorkerFleet.Api.Hosting;

namespace WorkerFleet.Api.Submission;

/// <summary>The folders and S3 addresses below which callers may name sources and outputs.</summary>
internal sealed class SourceRoots(ApiOptions options)
{
    private const string S3 = "s3://";
    private const int MaxLinks = 40;

    private static readonly char[] Separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    /// <summary>The place that is meant, without links and dots, so that it is what will be opened.</summary>
    /// <param name="written">A path, absolute or below a root; or an address such as <c>s3://bucket/key</c>.</param>
    /// <returns>Null when it is below none of the roots, or cannot be told.</returns>
    public string? Resolve(string written)
    {
        if (written.Contains('\0', StringComparison.Ordinal))
            return null;
        if (written.StartsWith(S3, StringComparison.OrdinalIgnoreCase))
            return options.Roots.Any(root =>
                IsBelowS3(S3 + written[S3.Length..], root)) ? S3 + written[S3.Length..] : null;
        foreach (var root in options.Roots.Where(root => !root.StartsWith(S3, StringComparison.OrdinalIgnoreCase)))
            if (Canonical(Path.GetFullPath(root)) is { } folder
                && Canonical(Path.GetFullPath(written, folder)) is { } path && IsBelow(path, folder))
                return path;
        return null;
    }

    /// <summary>
    /// S3 knows no folders: a key with dots in it is another key. But what reads a path out of it must not be fooled.
    /// </summary>
    private static bool IsBelowS3(string address, string root) =>
        root.StartsWith(S3, StringComparison.OrdinalIgnoreCase)
        && address.StartsWith($"{S3}{root[S3.Length..].TrimEnd('/')}/", StringComparison.Ordinal)
        && !address.Split('/').Any(part => part is "." or "..");

    private static bool IsBelow(string path, string folder) => path.StartsWith(
        Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>
    /// Follows every link of a path. What is not there yet, and anything below it, stays as it is written.
    /// </summary>
    private static string? Canonical(string fullPath)
    {
        var root = Path.GetPathRoot(fullPath)!;
        var rest = new Stack<string>(PartsOf(fullPath, root));
        var path = root;
        for (var links = 0; rest.TryPop(out var part);)
        {
            var next = Path.Combine(path, part);
            if (LinkOf(next) is not { } target)
            {
                path = next;
                continue;
            }

            if (++links > MaxLinks)
                return null;
            var full = Path.GetFullPath(target, path);
            path = Path.GetPathRoot(full)!;
            foreach (var linked in PartsOf(full, path))
                rest.Push(linked);
        }

        return path;
    }

    /// <summary>The last one first.</summary>
    private static IEnumerable<string> PartsOf(string fullPath, string root) =>
        fullPath[root.Length..].Split(Separators, StringSplitOptions.RemoveEmptyEntries).Reverse();

    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Whoever opens it finds out what is wrong with it.
            return null;
        }
    }
}
