using System.Text.RegularExpressions;

namespace WorkerFleet.Deployment.Documents;

/// <summary>What readers follow from one document to the next is there, and no document is half merged.</summary>
public sealed partial class DocumentTests
{
    private static readonly EnumerationOptions Tree = new() { RecurseSubdirectories = true };

    public static TheoryData<string> Documents => new(Directory.EnumerateFiles(Repository.Root, "*.md")
        .Concat(((string[])["docs", "deploy", "samples"]).SelectMany(folder =>
            Directory.EnumerateFiles(Repository.PathOf(folder), "*.md", Tree)))
        .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))
        .Where(path => !path.Contains("/node_modules/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_LeadSomewhere(string document)
    {
        var folder = Path.GetDirectoryName(Repository.PathOf(document))!;
        var broken = Link().Matches(ProseOf(document)).Select(link => link.Groups[1].Value)
            .Where(target => !target.Contains(':', StringComparison.Ordinal) && !Exists(document, folder, target));

        Assert.Empty(broken);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Lines_AreNoMarksOfAMerge(string document) => Assert.DoesNotContain(
        File.ReadLines(Repository.PathOf(document)),
        line => line is "=======" || line.StartsWith("<<<<<<< ", StringComparison.Ordinal)
            || line.StartsWith(">>>>>>> ", StringComparison.Ordinal));

    private static bool Exists(string document, string folder, string target)
    {
        var hash = target.IndexOf('#', StringComparison.Ordinal);
        var file = hash switch
        {
            < 0 => Path.Combine(folder, target),
            0 => Repository.PathOf(document),
            _ => Path.Combine(folder, target[..hash]),
        };
        if (hash < 0)
            return Path.Exists(file);
        return File.Exists(file) && Heading().Matches(ProseOf(file))
            .Any(heading => AnchorOf(heading.Groups[1].Value) == target[(hash + 1)..]);
    }

    /// <summary>As GitHub makes it.</summary>
    private static string AnchorOf(string heading) =>
        NoAnchor().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    /// <summary>Without code, which may look like anything.</summary>
    private static string ProseOf(string document) => Code().Replace(File.ReadAllText(Repository.PathOf(document)), "");

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();

    [GeneratedRegex("^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Code();
}
