namespace WorkerFleet.Mapping.Templates;

/// <summary>The blocks that are open at a place of a template, and so what names and <c>../</c> mean there.</summary>
internal sealed class TemplateScopes
{
    private readonly Stack<Block> _blocks = new();

    public int Count => _blocks.Count;

    public Block Innermost => _blocks.Peek();

    /// <summary>Whether plain names mean columns of the row.</summary>
    public bool IsAtRow => !_blocks.Any(block => block.OpensContext);

    public bool IsInEach => _blocks.Any(block => block is { Name: "each", IsElse: false });

    public void Open(Block block) => _blocks.Push(block);

    public Block Close() => _blocks.Pop();

    public bool IsBlockParameter(string name) =>
        _blocks.Any(block => !block.IsElse && block.Parameters.Contains(name, StringComparer.Ordinal));

    /// <summary>Goes up as many contexts as a path has <c>../</c>.</summary>
    /// <returns>
    /// How many <c>../</c> the engine needs for that (it also counts the else branch of each), and whether it ends at the
    /// row; null when that would be above the row.
    /// </returns>
    public (int Steps, bool IsAtRow)? Up(int contexts)
    {
        var steps = 0;
        var left = contexts;
        foreach (var block in _blocks)
        {
            if (left == 0)
                break;
            if (block.OpensContext)
                left--;
            if (block.OpensContext || block is { Name: "each", IsElse: true })
                steps++;
        }

        var open = _blocks.Count(block => block.OpensContext);
        return left > 0 ? null : (steps, open == contexts);
    }

    /// <param name="Name"><c>if</c>, <c>unless</c>, <c>each</c> or <c>with</c>.</param>
    /// <param name="Position">Where it was opened.</param>
    /// <param name="Parameters">Names it gives to values: <c>as |item index|</c>.</param>
    internal sealed record Block(string Name, int Position, IReadOnlyList<string> Parameters)
    {
        /// <summary>Whether the place is behind its else.</summary>
        public bool IsElse { get; set; }

        public bool OpensContext => Name is "each" or "with" && !IsElse;
    }
}
