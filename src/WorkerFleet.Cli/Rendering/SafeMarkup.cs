using Spectre.Console;

namespace WorkerFleet.Cli.Rendering;

/// <summary>Text as it is, in Spectre.Console's markup.</summary>
internal static class SafeMarkup
{
    /// <summary>
    /// Also where it names an emoji, which Spectre.Console would put in its place even in escaped text: <c>Fleet:Aws:Bucket:</c>
    /// has one of a bucket.
    /// </summary>
    public static string Escape(string text)
    {
        var escaped = Markup.Escape(text);
        // An empty style behind each colon breaks the name, and shows nothing.
        return Emoji.Replace(escaped) == escaped ? escaped : escaped.Replace(":", ":[default][/]", StringComparison.Ordinal);
    }
}
