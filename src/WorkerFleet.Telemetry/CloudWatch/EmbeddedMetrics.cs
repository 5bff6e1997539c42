namespace WorkerFleet.Telemetry.CloudWatch;

/// <summary>
/// The metrics of one interval, added up for each set of dimensions: the service; and, in sets of their own, with
/// each of the tags that were asked for. All other tags are added up, so that their values cost nothing.
/// </summary>
internal sealed class EmbeddedMetrics(CloudWatchOptions options, string role, string instance, DateTimeOffset at)
{
    /// <summary>
    /// Sets of dimensions in an interval. What is beyond is in the first one alone, which holds all.
    /// </summary>
    public const int MaxSets = 200;

    private readonly Dictionary<string, DimensionSet> _sets = [];

    /// <summary>Where the metric is to be added: once for each of its sets.</summary>
    /// <param name="name">Of the instrument.</param>
    /// <param name="unit">CloudWatch's.</param>
    /// <param name="tags">Of the series.</param>
    public IEnumerable<MetricValue> Of(string name, string unit, IReadOnlyDictionary<string, string> tags)
    {
        var dimensions = new List<KeyValuePair<string, string>>();
        var key = "";
        yield return Find(key, dimensions).Find(name, unit);
        foreach (var tag in options.Dimensions)
        {
            if (!tags.TryGetValue(tag, out var value))
                continue;
            dimensions.Add(new(tag, value));
            key += $"{tag}\0{value}\0";
            if (_sets.Count < MaxSets || _sets.ContainsKey(key))
                yield return Find(key, dimensions).Find(name, unit);
        }
    }

    public IEnumerable<string> Lines()
    {
        foreach (var set in _sets.Values)
        {
            var line = Begin(set);
            foreach (var (name, value) in set.Metrics.Where(metric => !metric.Value.IsEmpty))
            {
                if (line.TryAdd(name, value))
                    continue;
                yield return line.Format();
                line = Begin(set);
                line.TryAdd(name, value);
            }

            if (!line.IsEmpty)
                yield return line.Format();
        }
    }

    private DimensionSet Find(string key, List<KeyValuePair<string, string>> dimensions)
    {
        if (!_sets.TryGetValue(key, out var set))
            _sets[key] = set = new([.. dimensions]);
        return set;
    }

    private EmbeddedMetricLine Begin(DimensionSet set)
    {
        var line = new EmbeddedMetricLine(options.Namespace, at)
        {
            DimensionSets = [[EmbeddedMetricLine.Service, .. set.Dimensions.Select(each => each.Key)]],
        };
        line.With(EmbeddedMetricLine.Service, ExportedResource.ServiceName)
            .With(EmbeddedMetricLine.Role, role)
            .With(EmbeddedMetricLine.Instance, instance);
        foreach (var (name, value) in set.Dimensions)
            line.With(name, value);
        return line;
    }

    private sealed class DimensionSet(IReadOnlyList<KeyValuePair<string, string>> dimensions)
    {
        public IReadOnlyList<KeyValuePair<string, string>> Dimensions { get; } = dimensions;

        public Dictionary<string, MetricValue> Metrics { get; } = [];

        public MetricValue Find(string name, string unit)
        {
            if (!Metrics.TryGetValue(name, out var value))
                Metrics[name] = value = new(unit);
            return value;
        }
    }
}
