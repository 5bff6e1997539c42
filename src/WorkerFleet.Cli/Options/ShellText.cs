namespace WorkerFleet.Cli.Options;

/// <summary>Words of commands that are shown for typing.</summary>
internal static class ShellText
{
    public static string Quote(string word) =>
        word.Length > 0
            && word.All(c => char.IsLetterOrDigit(c) || "/._-:@%+=,~".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
