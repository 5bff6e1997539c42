namespace WorkerFleet.Mapping.Templates;

/// <summary>The words of one tag, with their places. A bracketed name is one word however many blanks it has.</summary>
internal sealed class TagTokens
{
    private readonly List<(string Text, int Position)> _tokens = [];
    private readonly int _end;
    private int _next;

    public TagTokens(string content, int position)
    {
        _end = position + content.Length;
        var at = 0;
        while (at < content.Length)
        {
            if (char.IsWhiteSpace(content[at]))
            {
                at++;
                continue;
            }

            var start = at;
            at = EndOf(content, at);
            _tokens.Add((content[start..at], position + start));
        }
    }

    public bool IsAtEnd => _next == _tokens.Count;

    public int Position => IsAtEnd ? _end : _tokens[_next].Position;

    public string? Peek => IsAtEnd ? null : _tokens[_next].Text;

    public string Take(string expected) => IsAtEnd
        ? throw new TemplateSyntaxException(_end, $"{expected} is missing.")
        : _tokens[_next++].Text;

    public bool TryTake(string text)
    {
        if (Peek != text)
            return false;
        _next++;
        return true;
    }

    public void ExpectEnd(string hint)
    {
        if (!IsAtEnd)
            throw new TemplateSyntaxException(Position, $"'{Peek}' is not expected here{hint}.");
    }

    private static int EndOf(string content, int at)
    {
        if (content[at] is '|' or '=' or '(' or ')' or '"' or '\'')
            return at + 1;
        while (at < content.Length && !char.IsWhiteSpace(content[at]) && content[at] is not ('|' or '=' or '(' or ')'))
        {
            // The tag was found with its brackets closed.
            at = content[at] == '[' ? content.IndexOf(']', at) + 1 : at + 1;
        }

        return at;
    }
}
