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
    private readonly PathRewriter _paths = new(columns, paths);

    /// <summary>Whether the template uses the row as a whole, as an object.</summary>
    public bool UsesWholeRow => _paths.UsesWholeRow;

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
        if (_paths.Scopes.Count > 0)
        {
            var open = _paths.Scopes.Innermost;
            throw new TemplateSyntaxException(open.Position, $"{{{{#{open.Name}}}}} is not closed.");
        }

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
            var constant = _paths.Add(new ValuePath { Text = "}", Constant = new string('}', braces) });
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
            return _paths.Rewrite(first, position, isOptional: false);
        if (columns.Names.Contains(tag.Content, StringComparer.Ordinal))
            throw new TemplateSyntaxException(position, $"a column with blanks goes in brackets: {{{{[{tag.Content}]}}}}.");
        if (first != "json")
            throw new TemplateSyntaxException(position, $"'{first}' is no helper; {Supported}.");

        var path = _paths.Rewrite(tokens, isOptional: false);
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
                _paths.Scopes.Open(new TemplateScopes.Block(name, tag.Start, []));
                return $"#{name} {condition}";
            case "each" or "with":
                var argument = tokens.Position;
                var path = _paths.Rewrite(tokens, isOptional: false);
                if (name == "each" && columns.AreText && _paths.Scopes.IsAtRow && path != "this")
                    throw new TemplateSyntaxException(argument, "{{#each}} needs a list, but this column is text.");
                var parameters = BlockParameters(tokens, name == "each" ? 2 : 1);
                _paths.Scopes.Open(new TemplateScopes.Block(name, tag.Start, parameters));
                return parameters.Count == 0
                    ? $"#{name} {path}"
                    : $"#{name} {path} as |{string.Join(' ', parameters.Select(PathRewriter.AliasOfParameter))}|";
            default:
                throw new TemplateSyntaxException(position, $"'#{name}' is not supported; {Supported}.");
        }
    }

    private string CloseBlock(string name, TemplateTag tag)
    {
        if (_paths.Scopes.Count == 0)
            throw new TemplateSyntaxException(tag.Start, $"{{{{/{name}}}}} closes nothing.");
        var block = _paths.Scopes.Close();
        return name == block.Name
            ? "/" + name
            : throw new TemplateSyntaxException(tag.Start, $"{{{{/{name}}}}} is where {{{{#{block.Name}}}}} has to be closed.");
    }

    private string Else(TagTokens tokens)
    {
        var position = tokens.Position;
        tokens.Take("else");
        if (_paths.Scopes.Count == 0)
            throw new TemplateSyntaxException(position, "{{else}} is in no block.");
        if (_paths.Scopes.Innermost.IsElse)
            throw new TemplateSyntaxException(position, "the block has an {{else}} already.");

        if (_paths.Scopes.Innermost.Name is "if" or "unless" && tokens.TryTake("if"))
            return "else if " + Condition(tokens);
        tokens.ExpectEnd("; write {{else}}, or {{else if column}} in an {{#if}}");
        _paths.Scopes.Innermost.IsElse = true;
        return "else";
    }

    private string Condition(TagTokens tokens)
    {
        var position = tokens.Position;
        var path = _paths.Rewrite(tokens, isOptional: true);
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
            var isName = name != "this" && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
            if (names.Count == most || !isName)
                throw new TemplateSyntaxException(position, $"'{name}' is not expected here.");
            names.Add(name);
        }

        tokens.ExpectEnd("");
        return names;
    }
}
