namespace WorkerFleet.Mapping.Templates;

/// <summary>One <c>{{…}}</c> of a template.</summary>
/// <param name="Start">Of the first brace.</param>
/// <param name="End">Behind the last brace.</param>
/// <param name="ContentStart">Of what is between the braces and the tildes.</param>
/// <param name="Content">What is between them, trimmed.</param>
/// <param name="TrimsBefore">Whether it eats the white space before it.</param>
/// <param name="TrimsAfter">Whether it eats the white space after it.</param>
internal readonly record struct TemplateTag(
    int Start, int End, int ContentStart, string Content, bool TrimsBefore, bool TrimsAfter)
{
    public bool IsComment => Content.StartsWith('!');

    /// <summary>The first tag at or behind a position; null when there is none.</summary>
    /// <exception cref="TemplateSyntaxException">It is not closed, or of a kind that is not supported.</exception>
    public static TemplateTag? Find(string template, int from)
    {
        var start = FindStart(template, from);
        if (start < 0)
            return null;

        var braces = 2;
        while (start + braces < template.Length && template[start + braces] == '{')
            braces++;
        if (braces > 3)
            throw new TemplateSyntaxException(start, "'{{{{' is not supported; write '\\{{' for braces in the text.");

        var content = start + braces;
        var trimsBefore = content < template.Length && template[content] == '~';
        if (trimsBefore)
            content++;
        var close = FindClose(template, start, content, new string('}', braces));
        var trimsAfter = close > content && template[close - 1] == '~';
        var text = template[content..(trimsAfter ? close - 1 : close)];
        var leading = text.Length - text.TrimStart().Length;
        return new TemplateTag(start, close + braces, content + leading, text.Trim(), trimsBefore, trimsAfter);
    }

    /// <summary>Two braces that no backslash turns into text. Goes by the same rules as the engine's own scanner.</summary>
    private static int FindStart(string template, int from)
    {
        for (var at = from; at + 1 < template.Length; at++)
        {
            if (template[at] == '{' && template[at + 1] == '{')
                return at;
            if (template[at] == '\\' && template[at + 1] == '\\')
                at++;
            else if (template[at] == '\\' && template[at + 1] == '{')
                at += at + 2 < template.Length && template[at + 2] == '{' ? 2 : 1;
        }

        return -1;
    }

    private static int FindClose(string template, int start, int content, string braces)
    {
        int close;
        if (template.AsSpan(content).StartsWith("!--"))
        {
            close = template.IndexOf("--" + braces, content + 3, StringComparison.Ordinal);
            return close >= 0 ? close + 2 : throw NotClosed(start, "--" + braces);
        }

        close = content;
        while (true)
        {
            close = template.AsSpan(close).IndexOfAny('[', '}') is var found and >= 0 ? close + found : -1;
            if (close < 0)
                throw NotClosed(start, braces);
            if (template[close] == '[' && template[content] != '!')
            {
                var bracket = template.IndexOf(']', close);
                close = bracket >= 0 ? bracket : throw new TemplateSyntaxException(close, "'[' is not closed by ']'.");
            }
            else if (template.AsSpan(close).StartsWith(braces))
            {
                return close;
            }

            close++;
        }
    }

    private static TemplateSyntaxException NotClosed(int start, string braces) =>
        new(start, $"the expression that begins here is not closed by '{braces}'.");
}
