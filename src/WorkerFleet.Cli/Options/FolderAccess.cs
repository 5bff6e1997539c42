namespace WorkerFleet.Cli.Options;

/// <summary>Whether a folder, which need not be there yet, can be written to.</summary>
internal static class FolderAccess
{
    /// <returns>What is wrong and what to do, or null. Creates nothing that stays.</returns>
    public static string? ProblemOf(string folder)
    {
        if (File.Exists(folder))
            return "is a file; name a folder";
        var existing = folder;
        while (!Directory.Exists(existing))
        {
            if (File.Exists(existing))
                return $"cannot be created, since {existing} is a file; name another folder";
            existing = Path.GetDirectoryName(existing);
            if (existing is null)
                return "cannot be created; name another folder";
        }
        try
        {
            var probe = Path.Combine(existing, $".fleet-{Guid.CreateVersion7():N}");
            using var stream = new FileStream(
                probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return $"permission denied in {existing}; make it writable, or name another folder";
        }
        catch (FileNotFoundException)
        {
            // What a file system without files of one's own, such as /proc, answers.
            return $"cannot be written to: {existing} takes no files; name another folder";
        }
        catch (IOException exception)
        {
            return $"cannot be written to: {exception.Message}";
        }
    }
}
