using System.Text;

namespace WorkerFleet.Mapping.Templates;

/// <summary>
/// Reads a template, checks all of it against the columns, and writes it anew for the engine with a number in place of every
/// name. So the engine never sees a column name (its own rules for brackets, case, and names of helpers apply to none), can
/// reach nothing but the row's values, and every use of a column is known before the first row.
/// </summary>
/// <param name="template">The template.</param>
/// <param name="columns">Columns that exist.</param>
/// <param name="paths">Takes the values that are used.</param>
internal sealed class TemplateRewriter(string template, ColumnCatalog columns, List<ValuePath> paths)
{
    private const string Supported =
        "{{column}}, {{json column}}, {{#if}}, {{#unless}}, {{#each}}, {{#with}} and {{else}} are what there is";

    private readonly StringBuilder _output = new();
    private readonly TemplateScopes _scopes = new();

    /// <summary>Whether the template uses the row as a whole, as an object.</summary>
    public bool UsesWholeRow { get; private set; }

    /// <exception cref="TemplateSyntaxException">The template cannot be used.</exception>
    public string Rewrite()
    {
        var at = 0;
        while (TemplateTag.Find(template, at) is { } tag)
        {
            AddText(at, tag.Start);
            AddTag(tag);
            at = tag.End;
        }

        AddText(at, template.Length);
        if (_scopes.Count > 0)
            throw new TemplateSyntaxException(_scopes.Innermost.Position, $"{{{{#{_scopes.Innermost.Name}}}}} is not closed.");
        return _output.ToString();
    }

    private void AddText(int start, int end)
    {
        var text = template.AsSpan(start, end - start);

        // The engine takes a brace behind a tag for one of the tag's, so such a one comes as a value.
        var braces = _output.Length > 0 && _output[^1] == '}' ? text.IndexOfAnyExcept('}') : 0;
        if (braces < 0)
            braces = text.Length;
        if (braces > 0)
        {
            var constant = Add(new ValuePath { Text = "}", Constant = new string('}', braces) });
            _output.Append("{{this.").Append(constant).Append("}}");
        }

        _output.Append(text[braces..]);
    }

    private void AddTag(TemplateTag tag)
    {
        // An empty comment keeps what a comment does to the white space around it.
        var content = tag.IsComment ? "!" : Translate(tag);
        _output.Append(tag.TrimsBefore ? "{{~" : "{{").Append(content).Append(tag.TrimsAfter ? "~}}" : "}}");
    }

    private string Translate(TemplateTag tag)
    {
        if (tag.Content.Length == 0)
            throw new TemplateSyntaxException(tag.ContentStart, "there is no column between the braces.");

        switch (tag.Content[0])
        {
            case '#':
                return OpenBlock(Tokens(tag, 1), tag);
            case '/':
                return CloseBlock(tag.Content[1..].Trim(), tag);
            case '>':
                throw new TemplateSyntaxException(tag.Start, "partials ({{>…}}) are not supported; put the text here.");
            case '*' or '^':
                throw new TemplateSyntaxException(tag.Start, $"{{{{{tag.Content[0]}…}}}} is not supported; {Supported}.");
            case '&':
                return Output(Tokens(tag, 1), tag);
            default:
                return Output(Tokens(tag, 0), tag);
        }
    }

    private static TagTokens Tokens(TemplateTag tag, int skip) => new(tag.Content[skip..], tag.ContentStart + skip);

    private string Output(TagTokens tokens, TemplateTag tag)
    {
        if (tokens.Peek == "else")
            return Else(tokens);

        // A column that is named as a helper is meant by itself: {{json}}.
        var position = tokens.Position;
        var first = tokens.Take("a column");
        if (tokens.IsAtEnd)
            return Path(first, position, isOptional: false);
        if (columns.Names.Contains(tag.Content, StringComparer.Ordinal))
            throw new TemplateSyntaxException(position, $"a column with blanks goes in brackets: {{{{[{tag.Content}]}}}}.");
        if (first != "json")
            throw new TemplateSyntaxException(position, $"'{first}' is no helper; {Supported}.");

        var path = Path(tokens);
        tokens.ExpectEnd("; {{json column}} takes one column");
        return $"json {path}";
    }

    private string OpenBlock(TagTokens tokens, TemplateTag tag)
    {
        var position = tokens.Position;
        var name = tokens.Take("the name of the block");
        switch (name)
        {
            case "if" or "unless":
                var condition = Condition(tokens);
                _scopes.Open(new TemplateScopes.Block(name, tag.Start, []));
                return $"#{name} {condition}";
            case "each" or "with":
                var argument = tokens.Position;
                var path = Path(tokens);
                if (name == "each" && columns.AreText && _scopes.IsAtRow && path != "this")
                    throw new TemplateSyntaxException(argument, "{{#each}} needs a list, but this column is text.");
                var parameters = BlockParameters(tokens, name == "each" ? 2 : 1);
                _scopes.Open(new TemplateScopes.Block(name, tag.Start, parameters));
                return parameters.Count == 0 ? $"#{name} {path}" : $"#{name} {path} as |{string.Join(' ', parameters)}|";
            default:
                throw new TemplateSyntaxException(position, $"'#{name}' is not supported; {Supported}.");
        }
    }

    private string CloseBlock(string name, TemplateTag tag)
    {
        if (_scopes.Count == 0)
            throw new TemplateSyntaxException(tag.Start, $"{{{{/{name}}}}} closes nothing.");
        var block = _scopes.Close();
        return name == block.Name
            ? "/" + name
            : throw new TemplateSyntaxException(tag.Start, $"{{{{/{name}}}}} is where {{{{#{block.Name}}}}} has to be closed.");
    }

    private string Else(TagTokens tokens)
    {
        var position = tokens.Position;
        tokens.Take("else");
        if (_scopes.Count == 0)
            throw new TemplateSyntaxException(position, "{{else}} is in no block.");
        if (_scopes.Innermost.IsElse)
            throw new TemplateSyntaxException(position, "the block has an {{else}} already.");

        if (_scopes.Innermost.Name is "if" or "unless" && tokens.TryTake("if"))
            return "else if " + Condition(tokens);
        tokens.ExpectEnd("; write {{else}}, or {{else if column}} in an {{#if}}");
        _scopes.Innermost.IsElse = true;
        return "else";
    }

    private string Condition(TagTokens tokens)
    {
        var position = tokens.Position;
        var path = Path(tokens.Take("a column"), position, isOptional: true);
        if (!tokens.TryTake("includeZero"))
        {
            tokens.ExpectEnd("; a condition is one column");
            return path;
        }

        var value = tokens.TryTake("=") ? tokens.Take("true or false") : null;
        tokens.ExpectEnd("; a condition is one column");
        return value switch
        {
            "true" => path + " includeZero=true",
            "false" => path,
            _ => throw new TemplateSyntaxException(position, "includeZero is =true or =false."),
        };
    }

    private static List<string> BlockParameters(TagTokens tokens, int most)
    {
        var names = new List<string>();
        if (tokens.IsAtEnd)
            return names;
        if (!tokens.TryTake("as") || !tokens.TryTake("|"))
            tokens.ExpectEnd("; a block takes one column, and names as in: as |item|");

        while (!tokens.TryTake("|"))
        {
            var position = tokens.Position;
            var name = tokens.Take("'|'");
            if (names.Count == most || ValuePath.IsAlias(name) || !name.All(c => char.IsAsciiLetter(c) || c == '_') || name == "this")
                throw new TemplateSyntaxException(position, $"'{name}' is not expected here.");
            names.Add(name);
        }

        tokens.ExpectEnd("");
        return names;
    }

    private string Path(TagTokens tokens)
    {
        var position = tokens.Position;
        return Path(tokens.Take("a column"), position, isOptional: false);
    }

    private string Path(string text, int position, bool isOptional)
    {
        if (text is "(" or "\"" or "'")
            throw new TemplateSyntaxException(position, "only a column can stand here, no expression and no literal.");

        var path = PathParser.Parse(text, position);
        switch (path.Start)
        {
            case PathStart.Variable:
                return Variable(path, text, position);
            case PathStart.Row:
                return Follow("@root", path, isAtRow: true);
            case PathStart.Name when _scopes.IsBlockParameter(path.Names[0]):
                var rest = path with { Names = [.. path.Names.Skip(1)] };
                return Follow(path.Names[0], rest, isAtRow: false);
            case PathStart.Context when path.Up > 0:
                var up = _scopes.Up(path.Up)
                    ?? throw new TemplateSyntaxException(position, $"'{text}' goes above the row.");
                return Follow(string.Join('/', Enumerable.Repeat("..", up.Steps)), path, up.IsAtRow);
            default:
                return Follow("this", path, _scopes.IsAtRow);
        }

        string Follow(string start, ParsedPath parsed, bool isAtRow)
        {
            var names = parsed.Names;
            if (names.Count == 0)
            {
                UsesWholeRow |= isAtRow;
                return start;
            }

            var column = isAtRow ? columns.IndexOf(names[0]) : -1;
            if (isAtRow && !columns.Contains(names[0]))
                throw new TemplateSyntaxException(position, columns.Unknown(names, text));
            if (isAtRow && columns.AreText && names.Count > 1)
                throw new TemplateSyntaxException(position, $"the column '{names[0]}' is text, which has no '{names[1]}'.");

            var alias = Add(new ValuePath { Text = text, Names = names, IsOptional = isOptional, Column = column });
            return start.StartsWith("..", StringComparison.Ordinal) ? $"{start}/{alias}" : $"{start}.{alias}";
        }
    }

    private string Variable(ParsedPath path, string text, int position)
    {
        if (path.Variable is not ("index" or "key" or "first" or "last") || path.Names.Count > 0)
            throw new TemplateSyntaxException(position, $"'{text}' is not supported; @index, @key, @first, @last and @root are what there is.");
        return _scopes.IsInEach ? text : throw new TemplateSyntaxException(position, $"'{text}' is only in an {{{{#each}}}}.");
    }

    private string Add(ValuePath path)
    {
        paths.Add(path);
        return ValuePath.AliasOf(paths.Count - 1);
    }
}
