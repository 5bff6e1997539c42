namespace WorkerFleet.Cli.Options;

/// <summary>Finds what somebody probably meant.</summary>
internal static class Suggestions
{
    /// <summary><c>; did you mean 'x'?</c>, or nothing when no candidate is near.</summary>
    public static string DidYouMean(string written, IEnumerable<string> candidates) =>
        Nearest(written, candidates) is { } nearest ? $"; did you mean '{nearest}'?" : "";

    /// <summary>The nearest candidate within a third of its length in edits.</summary>
    public static string? Nearest(string written, IEnumerable<string> candidates)
    {
        var normal = Normalize(written);
        return candidates
            .Select(candidate => (candidate, distance: Distance(normal, Normalize(candidate))))
            .Where(found => found.distance <= Math.Max(1, found.candidate.Length / 3))
            .OrderBy(found => found.distance)
            .ThenBy(found => found.candidate, StringComparer.Ordinal)
            .Select(found => found.candidate)
            .FirstOrDefault();
    }

    /// <summary>So that <c>onBadRow</c>, <c>on_bad_row</c> and <c>on-bad-row</c> are the same.</summary>
    private static string Normalize(string text) =>
        string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    /// <summary>Edits (insert, delete, replace, swap neighbours) between two words.</summary>
    private static int Distance(string a, string b)
    {
        const int LongestWord = 64;
        if (a.Length > LongestWord || b.Length > LongestWord)
            return int.MaxValue;
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        return d[a.Length, b.Length];
    }
}
