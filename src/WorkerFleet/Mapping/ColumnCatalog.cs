using WorkerFleet.Sources;

namespace WorkerFleet.Mapping;

/// <summary>The columns of a source: of CSV and TSV all there are, of JSONL the properties that its first rows have.</summary>
internal sealed class ColumnCatalog
{
    private const int MostShown = 30;

    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    public ColumnCatalog(SourceSpec source, IReadOnlyList<SourceRow> sample)
    {
        AreText = source.Format != SourceFormat.Jsonl;
        if (AreText)
        {
            foreach (var name in source.Columns)
                Add(name);
            return;
        }

        foreach (var row in sample)
        {
            foreach (var property in row.Json?.EnumerateObject() ?? default)
                Add(property.Name);
        }
    }

    /// <summary>Whether every value is text, in the same columns in every row.</summary>
    public bool AreText { get; }

    public IReadOnlyList<string> Names => _names;

    /// <summary>Whether there is such a column. Of a JSONL source without good rows nothing is known, so anything may be.</summary>
    public bool Contains(string name) => _places.ContainsKey(name) || (!AreText && _names.Count == 0);

    /// <summary>Place of a column in a CSV or TSV row; -1 when there is none.</summary>
    public int IndexOf(string name) => AreText && _places.TryGetValue(name, out var place) ? place : -1;

    /// <summary>Says that there is no such column, and which there are.</summary>
    public string Unknown(string name) =>
        AreText ? $"there is no column '{name}'{Hint(name)}" : $"no row of the sample has '{name}'{Hint(name)}";

    /// <param name="path">Names that were followed from the row on.</param>
    /// <param name="text">The path as it was written.</param>
    public string Unknown(IReadOnlyList<string> path, string text) =>
        path.Count > 1 && _places.ContainsKey(text)
            ? $"a column with dots or slashes goes in brackets: {{{{[{text}]}}}}."
            : Unknown(path[0]);

    private void Add(string name)
    {
        if (_places.TryAdd(name, _names.Count))
            _names.Add(name);
    }

    private string Hint(string name)
    {
        var nearest = Nearest.To(name, _names);
        var shown = string.Join(", ", _names.Take(MostShown));
        var more = _names.Count > MostShown ? $" and {_names.Count - MostShown} more" : "";
        var list = $"{(_names.Count == 1 ? "the only column is" : "the columns are")} {shown}{more}.";
        return nearest is null ? $"; {list}" : $"; did you mean '{nearest}'? {char.ToUpperInvariant(list[0])}{list[1..]}";
    }
}
