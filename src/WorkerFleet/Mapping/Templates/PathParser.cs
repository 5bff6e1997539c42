using System.Buffers;

namespace WorkerFleet.Mapping.Templates;

/// <summary>A path as written: steps up, a start, and names to follow.</summary>
/// <param name="Start">What the names are followed from.</param>
/// <param name="Up">Number of <c>../</c>.</param>
/// <param name="Names">Empty for the start itself.</param>
/// <param name="Variable">Of <see cref="PathStart.Variable"/>: its name, without <c>@</c>.</param>
internal readonly record struct ParsedPath(PathStart Start, int Up, IReadOnlyList<string> Names, string? Variable);

internal enum PathStart
{
    /// <summary>A bare name, which may be a block parameter.</summary>
    Name,

    /// <summary><c>this</c>, <c>.</c> or <c>../</c>: what the block is about, never a block parameter.</summary>
    Context,

    /// <summary><c>@root</c>: the row.</summary>
    Row,

    /// <summary>Another <c>@variable</c>.</summary>
    Variable,
}

internal static class PathParser
{
    /// <summary>Characters that Handlebars allows in no plain name.</summary>
    private static readonly SearchValues<char> Reserved = SearchValues.Create("!\"#%&'()*+,;<=>@[\\]^`{|}~");

    /// <exception cref="TemplateSyntaxException">It is no path.</exception>
    public static ParsedPath Parse(string text, int position)
    {
        var at = 0;
        var up = 0;
        while (text.AsSpan(at).StartsWith("../") || text.AsSpan(at).SequenceEqual(".."))
        {
            up++;
            at = Math.Min(at + 3, text.Length);
        }

        if (up > 0)
            return new ParsedPath(PathStart.Context, up, SkipThis(Names(text, at, position)), null);
        if (text == ".")
            return new ParsedPath(PathStart.Context, 0, [], null);
        if (text.StartsWith("./", StringComparison.Ordinal))
            return new ParsedPath(PathStart.Context, 0, SkipThis(Names(text, 2, position)), null);
        if (text[0] != '@')
        {
            var names = Names(text, 0, position);
            var isThis = IsThis(text, names[0]);
            return new ParsedPath(isThis ? PathStart.Context : PathStart.Name, 0, isThis ? [.. names.Skip(1)] : names, null);
        }

        var parts = Names(text, 1, position);
        return parts[0] == "root"
            ? new ParsedPath(PathStart.Row, 0, [.. parts.Skip(1)], null)
            : new ParsedPath(PathStart.Variable, 0, [.. parts.Skip(1)], parts[0]);
    }

    private static IReadOnlyList<string> SkipThis(IReadOnlyList<string> names) =>
        names is ["this", ..] ? [.. names.Skip(1)] : names;

    /// <summary><c>[this]</c> is a column of that name; <c>this</c> is not.</summary>
    private static bool IsThis(string text, string firstName) => firstName == "this" && text[0] != '[';

    private static List<string> Names(string text, int from, int position)
    {
        var names = new List<string>();
        var at = from;
        while (at < text.Length)
        {
            var start = at;
            if (text[at] == '[')
            {
                at = text.IndexOf(']', at) + 1;
                names.Add(text[(start + 1)..(at - 1)]);
            }
            else
            {
                while (at < text.Length && text[at] is not ('.' or '/'))
                    at++;
                Check(text[start..at], position + start);
                names.Add(text[start..at]);
            }

            if (at == text.Length)
                break;
            if (text[at] is not ('.' or '/') || at + 1 == text.Length)
                throw new TemplateSyntaxException(position + at, $"'{text}' is not a column or a path.");
            at++;
        }

        return names;
    }

    private static void Check(string name, int position)
    {
        var invalid = name.AsSpan().IndexOfAny(Reserved);
        if (name.Length == 0 || invalid >= 0)
        {
            throw new TemplateSyntaxException(
                position + Math.Max(0, invalid),
                name.Length == 0
                    ? "a name is missing."
                    : $"'{name[invalid]}' cannot be in a plain name; put the column in brackets, such as {{{{[Street Name]}}}}.");
        }
    }
}
