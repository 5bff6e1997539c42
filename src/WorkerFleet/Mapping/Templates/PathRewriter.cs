namespace WorkerFleet.Mapping.Templates;

/// <summary>Checks the paths of a template against the columns and gives each value that it means a number.</summary>
/// <param name="columns">Columns that exist.</param>
/// <param name="paths">Takes the values that are used.</param>
internal sealed class PathRewriter(ColumnCatalog columns, List<ValuePath> paths)
{
    /// <summary>The blocks that are open where the next path stands.</summary>
    public TemplateScopes Scopes { get; } = new();

    /// <summary>Whether a path meant the row as a whole.</summary>
    public bool UsesWholeRow { get; private set; }

    /// <summary>A name that means nothing else to the engine, as <c>index</c> or <c>value</c> would.</summary>
    public static string AliasOfParameter(string name) => "p__" + name;

    /// <summary>Takes the next word of a tag for a path.</summary>
    public string Rewrite(TagTokens tokens, bool isOptional)
    {
        var position = tokens.Position;
        return Rewrite(tokens.Take("a column"), position, isOptional);
    }

    /// <param name="text">The path as written.</param>
    /// <param name="position">Of the path in the template.</param>
    /// <param name="isOptional">Whether the value may be missing.</param>
    /// <exception cref="TemplateSyntaxException">It is no path, or leads to nothing that there is.</exception>
    public string Rewrite(string text, int position, bool isOptional)
    {
        if (text is "(" or "\"" or "'")
            throw new TemplateSyntaxException(position, "only a column can stand here, no expression and no literal.");

        var path = PathParser.Parse(text, position);
        var value = new ValuePath { Text = text, IsOptional = isOptional };
        switch (path.Start)
        {
            case PathStart.Variable:
                return Variable(path, text, position);
            case PathStart.Row:
                return Follow("@root", path.Names, isAtRow: true, value, position);
            case PathStart.Name when Scopes.IsBlockParameter(path.Names[0]):
                return Follow(AliasOfParameter(path.Names[0]), [.. path.Names.Skip(1)], isAtRow: false, value, position);
            case PathStart.Context when path.Up > 0:
                var up = Scopes.Up(path.Up)
                    ?? throw new TemplateSyntaxException(position, $"'{text}' goes above the row.");
                var start = string.Join('/', Enumerable.Repeat("..", up.Steps));
                return Follow(start, path.Names, up.IsAtRow, value, position);
            default:
                return Follow("this", path.Names, Scopes.IsAtRow, value, position);
        }
    }

    /// <returns>What the value is called in the rewritten template.</returns>
    public string Add(ValuePath path)
    {
        paths.Add(path);
        return ValuePath.AliasOf(paths.Count - 1);
    }

    private string Follow(string start, IReadOnlyList<string> names, bool isAtRow, ValuePath value, int position)
    {
        if (names.Count == 0)
        {
            UsesWholeRow |= isAtRow;
            return start;
        }

        if (isAtRow && !columns.Contains(names[0]))
            throw new TemplateSyntaxException(position, columns.Unknown(names, value.Text));
        if (isAtRow && columns.AreText && names.Count > 1)
            throw new TemplateSyntaxException(position, $"the column '{names[0]}' is text, which has no '{names[1]}'.");

        var alias = Add(value with { Names = names, Column = isAtRow ? columns.IndexOf(names[0]) : -1 });
        return start.StartsWith("..", StringComparison.Ordinal) ? $"{start}/{alias}" : $"{start}.{alias}";
    }

    private string Variable(ParsedPath path, string text, int position)
    {
        if (path.Variable is not ("index" or "key" or "first" or "last") || path.Names.Count > 0)
            throw new TemplateSyntaxException(
                position, $"'{text}' is not supported; @index, @key, @first, @last and @root are what there is.");
        return Scopes.IsInEach
            ? text
            : throw new TemplateSyntaxException(position, $"'{text}' is only in an {{{{#each}}}}.");
    }
}
