using System.Globalization;
using System.Text;

namespace WorkerFleet.Tests.Telemetry.Formats;

/// <summary>
/// A scrape in Prometheus' text format, 0.0.4, read strictly: names, types, escapes, series that are there once, metrics that
/// stand together, counters that end in <c>_total</c>, histograms whose buckets add up.
/// </summary>
public sealed class PrometheusText
{
    private readonly Dictionary<string, string> _types = [];
    private readonly Dictionary<string, string> _helps = [];
    private readonly HashSet<string> _closed = [];
    private readonly HashSet<string> _series = [];
    private string? _open;

    private PrometheusText()
    {
    }

    public List<PrometheusSample> Samples { get; } = [];

    public IReadOnlyDictionary<string, string> Types => _types;

    public IReadOnlyDictionary<string, string> Helps => _helps;

    /// <exception cref="FormatException">It is not in the format; the message names the line.</exception>
    public static PrometheusText Parse(string text)
    {
        var parsed = new PrometheusText();
        if (text.Contains('\r') || !text.EndsWith('\n'))
            throw new FormatException("Lines end with a line feed, the last one, too.");
        foreach (var line in text.TrimEnd('\n').Split('\n'))
            try
            {
                parsed.Read(line);
            }
            catch (FormatException exception)
            {
                throw new FormatException($"{exception.Message} In: {line}");
            }

        foreach (var (name, type) in parsed._types)
            if (type == "histogram")
                parsed.CheckHistogram(name);
            else if (type == "counter" && !name.EndsWith("_total", StringComparison.Ordinal))
                throw new FormatException($"The counter {name} does not end in _total.");
        return parsed;
    }

    public double Value(string name, params (string Name, string Value)[] labels) => Samples.Single(sample =>
        sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value)).Value;

    private void Read(string line)
    {
        if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            ReadMetadata(line[7..], _helps, isType: false);
        else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            ReadMetadata(line[7..], _types, isType: true);
        else if (line.Length > 0 && line[0] != '#')
            ReadSample(line);
    }

    private void ReadMetadata(string rest, Dictionary<string, string> into, bool isType)
    {
        var space = rest.IndexOf(' ');
        var (name, value) = space < 0 ? (rest, "") : (rest[..space], rest[(space + 1)..]);
        CheckName(name, colons: true);
        if (isType && value is not ("counter" or "gauge" or "histogram" or "summary" or "untyped"))
            throw new FormatException($"'{value}' is no type.");
        if (!isType && value.Replace("\\\\", "", StringComparison.Ordinal).Replace("\\n", "", StringComparison.Ordinal).Contains('\\'))
            throw new FormatException("A backslash is not escaped.");
        if (!into.TryAdd(name, value))
            throw new FormatException("It is said twice.");
        Open(name);
    }

    private void ReadSample(string line)
    {
        var end = line.IndexOfAny(['{', ' ']);
        var name = line[..end];
        CheckName(name, colons: true);
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (line[end] == '{')
            end = ReadLabels(line, end + 1, labels);
        var parts = line[end..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is < 1 or > 2 || line[end] != ' ')
            throw new FormatException("There is a value behind the labels, and perhaps a time.");
        var family = FamilyOf(name);
        Open(family);
        if (!_types.ContainsKey(family))
            throw new FormatException($"{family} has no type.");
        var key = name + string.Concat(labels.Select(label => $"\0{label.Key}\0{label.Value}"));
        if (!_series.Add(key))
            throw new FormatException("The series is there twice.");
        Samples.Add(new(name, labels, NumberOf(parts[0])));
    }

    private static int ReadLabels(string line, int at, SortedDictionary<string, string> labels)
    {
        while (line[at] != '}')
        {
            var equals = line.IndexOf('=', at);
            var name = line[at..equals];
            CheckName(name, colons: false);
            if (line[equals + 1] != '"')
                throw new FormatException("A label's value stands in quotation marks.");
            var value = new StringBuilder();
            for (at = equals + 2; line[at] != '"'; at++)
                value.Append(line[at] != '\\' ? line[at] : line[++at] switch
                {
                    'n' => '\n',
                    '\\' => '\\',
                    '"' => '"',
                    var other => throw new FormatException($"\\{other} is no escape."),
                });
            if (!labels.TryAdd(name, value.ToString()))
                throw new FormatException($"The label {name} is there twice.");
            at++;
            if (line[at] == ',')
                at++;
            else if (line[at] != '}')
                throw new FormatException("A comma or a brace stands behind a label.");
        }

        return at + 1;
    }

    private string FamilyOf(string name)
    {
        foreach (var suffix in (string[])["_bucket", "_sum", "_count"])
            if (name.EndsWith(suffix, StringComparison.Ordinal)
                && _types.GetValueOrDefault(name[..^suffix.Length]) is "histogram" or "summary")
                return name[..^suffix.Length];
        return name;
    }

    /// <summary>All lines of a metric stand together.</summary>
    private void Open(string family)
    {
        if (_open == family)
            return;
        if (_open is not null)
            _closed.Add(_open);
        if (_closed.Contains(family))
            throw new FormatException($"{family} stands in two places.");
        _open = family;
    }

    private void CheckHistogram(string name)
    {
        var all = Samples.Where(sample => sample.Name == $"{name}_bucket")
            .GroupBy(bucket => string.Concat(
                bucket.Labels.Where(label => label.Key != "le").Select(label => $"{label.Key}={label.Value};")));
        foreach (var series in all)
        {
            var buckets = series.Select(bucket => (Bound: NumberOf(bucket.Labels["le"]), bucket.Value)).ToList();
            if (!buckets.SequenceEqual(buckets.OrderBy(bucket => bucket.Bound)) || buckets[^1].Bound != double.PositiveInfinity)
                throw new FormatException($"The buckets of {name} do not rise to +Inf.");
            if (buckets.Zip(buckets.Skip(1)).Any(pair => pair.First.Value > pair.Second.Value))
                throw new FormatException($"The buckets of {name} are not cumulative.");
            var count = Samples.Single(sample => sample.Name == $"{name}_count" && series.Key == string.Concat(
                sample.Labels.Select(label => $"{label.Key}={label.Value};")));
            if (count.Value != buckets[^1].Value)
                throw new FormatException($"The count of {name} is not its last bucket.");
        }
    }

    private static void CheckName(string name, bool colons)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0])
            || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_' || colons && c == ':'))
            throw new FormatException($"'{name}' is no name.");
    }

    private static double NumberOf(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };
}
