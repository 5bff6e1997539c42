using WorkerFleet.Batches;
using WorkerFleet.Mapping;
using WorkerFleet.S3;
using WorkerFleet.Sources;

namespace WorkerFleet.Cli.Options;

/// <summary>Makes a run of the layers of settings, and collects everything that is wrong with them.</summary>
internal sealed class RunRequestReader
{
    private const int MaxTemplateBytes = 1024 * 1024;

    /// <summary>Longest time limits and waits; a day for one attempt, a year for a batch.</summary>
    private static readonly TimeSpan LongestAttempt = TimeSpan.FromDays(1);

    private static readonly TimeSpan LongestBatch = TimeSpan.FromDays(365);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private static readonly Dictionary<string, char> DelimiterNames = new()
    {
        ["tab"] = '\t', ["\\t"] = '\t', ["comma"] = ',', ["semicolon"] = ';', ["pipe"] = '|', ["space"] = ' ',
    };

    private static readonly Dictionary<string, char> QuoteNames = new()
    {
        ["none"] = '\0', ["double"] = '"', ["single"] = '\'',
    };

    private readonly CliContext _cli;
    private readonly List<string> _problems;
    private readonly IReadOnlyList<SettingsLayer> _layers;
    private readonly SettingReader _read;
    private readonly SettingNaming _naming;

    /// <param name="cli">The process.</param>
    /// <param name="layers">Command line, batch file, configuration.</param>
    /// <param name="problems">Gets what is wrong.</param>
    /// <param name="naming">How it calls the settings; null: as options.</param>
    public RunRequestReader(
        CliContext cli, IReadOnlyList<SettingsLayer> layers, List<string> problems, SettingNaming? naming = null)
    {
        _naming = naming ?? SettingNaming.CommandLine;
        _cli = cli;
        _layers = layers;
        _problems = problems;
        _read = new SettingReader(layers, problems);
    }

    /// <returns>What was understood; only to be used when there are no problems.</returns>
    public RunRequest Read()
    {
        var source = ReadSource();
        var sourceName = source is null or SourcePaths.StandardInput ? "stdin" : Path.GetFileName(source);
        var (spec, adHoc) = ReadSpec(sourceName);
        var output = _read.Text(RunSettings.Output) ?? Path.Combine("results", FolderName(sourceName));
        return new RunRequest(
            source is null or SourcePaths.StandardInput ? null
                : S3Address.IsMeant(source) ? source : _cli.FullPath(source),
            ReadSourceSettings(source is SourcePaths.StandardInput ? "standard input" : source ?? ""),
            spec,
            SourcePaths.CheckOutput(_cli, output, _problems),
            adHoc);
    }

    /// <summary>The options alone, for a source that is at hand.</summary>
    /// <param name="sourceName">Its file name.</param>
    /// <returns>What was understood; only to be used when there are no problems.</returns>
    public (SourceSettings Source, BatchSpec Spec) ReadOptions(string sourceName)
    {
        var (spec, _) = ReadSpec(sourceName);
        return (ReadSourceSettings(sourceName), spec);
    }

    /// <summary>A change of limits; the batch and the time are for the caller to fill in.</summary>
    public static SetLimits ReadLimits(SettingReader read) => new(
        Guid.Empty, default, read.Int(RunSettings.Concurrency, 1, 10_000),
        read.Duration(RunSettings.Timeout, Shortest, LongestAttempt), read.Int(RunSettings.Attempts, 1, 100),
        read.Choice<BatchPriority>(RunSettings.Priority));

    private (BatchSpec Spec, AdHocAgent? AdHoc) ReadSpec(string sourceName)
    {
        var (agents, adHoc) = AgentSettings.Read(_layers, _read, _naming, _problems);
        var spec = new BatchSpec
        {
            Name = _read.Text(RunSettings.Name) ?? sourceName,
            Owner = _read.Text(RunSettings.Owner) ?? LoginName(),
            Mapping = ReadMapping(),
            Agents = agents,
            Retry = ReadRetry(),
            Limits = ReadLimits(),
            Failures = ReadFailures(),
        };
        return (spec, adHoc);
    }

    private string? ReadSource()
    {
        var source = _read.Text(RunSettings.Source);
        if (source is null)
        {
            if (!_layers.Any(layer => layer.IsUnreadable || layer.Has(RunSettings.Source)))
                _problems.Add("There is no source; name a CSV, TSV or JSONL file, or - for standard input: " +
                    "fleet run FILE");
        }
        else
        {
            SourcePaths.CheckSource(_cli, source, _problems);
        }
        return source;
    }

    private SourceSettings ReadSourceSettings(string displayName)
    {
        var columns = _read.List(RunSettings.Columns);
        if (columns is not null)
            foreach (var twice in columns.GroupBy(column => column.Value).Where(group => group.Count() > 1))
                _problems.Add($"{twice.First().Where}: names the column '{twice.Key}' more than once");
        return new SourceSettings
        {
            DisplayName = displayName,
            Format = _read.Choice<SourceFormat>(RunSettings.Format),
            Delimiter = _read.Character(RunSettings.Delimiter, DelimiterNames),
            Quote = _read.Character(RunSettings.Quote, QuoteNames),
            Columns = columns?.Select(column => column.Value).ToList(),
            Header = _read.Bool(RunSettings.Header),
            OnBadRow = _read.Choice<BadRowPolicy>(RunSettings.OnBadRow) ?? BadRowPolicy.Reject,
            MaxRowBytes = _read.Size(RunSettings.MaxRowBytes, 16, 64 << 20),
        };
    }

    private MappingSpec ReadMapping()
    {
        // Prompt and template are two ways to say one thing: the layer that says it first wins.
        var layer =
            _layers.FirstOrDefault(layer => layer.Has(RunSettings.Prompt) || layer.Has(RunSettings.Template));
        if (layer is not null && layer.Has(RunSettings.Prompt) && layer.Has(RunSettings.Template))
            _problems.Add($"{layer.Find(RunSettings.Prompt)[0].Where}: cannot be used together with " +
                $"{_naming.Of(RunSettings.Template)}; choose one of them");
        var prompt = _read.Text(RunSettings.Prompt);
        var template = _read.Text(RunSettings.Template);
        var passThrough = _read.List(RunSettings.PassThrough);
        return new MappingSpec
        {
            Prompt = layer?.Has(RunSettings.Prompt) == true ? prompt : null,
            Template = layer?.Has(RunSettings.Template) == true && template is not null
                ? ReadTemplate(template)
                : null,
            IdColumn = _read.Text(RunSettings.IdColumn),
            ExpectedColumn = _read.Text(RunSettings.ExpectedColumn),
            AnswerPointer = ReadAnswer(),
            PassThrough = passThrough switch
            {
                null => null,
                [{ Value: "none", IsElement: false }] => [],
                _ => [.. passThrough.Select(column => column.Value)],
            },
        };
    }

    private string? ReadAnswer()
    {
        if (_layers.FirstOrDefault(layer => layer.Has(RunSettings.Answer)) is { } layer
            && !_layers.Any(each => each.IsUnreadable || each.Has(RunSettings.ExpectedColumn)))
            _problems.Add($"{layer.Find(RunSettings.Answer)[0].Where}: says where the answer is that the right one is " +
                $"compared with; name the column of that, too, with {_naming.Of(RunSettings.ExpectedColumn)}");
        return _read.Text(RunSettings.Answer);
    }

    private string? ReadTemplate(string path)
    {
        if (!_naming.TemplateIsFile)
            return JsonFiles.Check(path, _naming.Of(RunSettings.Template), _problems);
        var full = _cli.FullPath(path);
        if (SourcePaths.ProblemOfFile(full, path, "template") is { } problem)
            _problems.Add(problem);
        else if (new FileInfo(full).Length > MaxTemplateBytes)
            _problems.Add($"{path}: a template is at most {ByteSizes.Format(MaxTemplateBytes)}");
        else
            return JsonFiles.Read(full, path, _problems);
        return null;
    }

    private RetrySpec ReadRetry()
    {
        var defaults = new RetrySpec();
        var retry = new RetrySpec
        {
            MaxAttempts = _read.Int(RunSettings.Attempts, 1, 100) ?? defaults.MaxAttempts,
            BaseDelay =
                _read.Duration(RunSettings.RetryDelay, TimeSpan.Zero, LongestAttempt) ?? defaults.BaseDelay,
            MaxDelay =
                _read.Duration(RunSettings.RetryMaxDelay, TimeSpan.Zero, LongestAttempt) ?? defaults.MaxDelay,
        };
        if (retry.MaxDelay >= retry.BaseDelay)
            return retry;
        if (_layers.Any(layer => layer.Has(RunSettings.RetryMaxDelay)))
            _problems.Add(
                $"{_naming.Of(RunSettings.RetryMaxDelay)}: {Durations.Format(retry.MaxDelay)} is shorter than " +
                $"{_naming.Of(RunSettings.RetryDelay)} {Durations.Format(retry.BaseDelay)}; the longest wait " +
                "cannot be below the first");
        return retry with { MaxDelay = retry.BaseDelay };
    }

    private LimitsSpec ReadLimits()
    {
        var defaults = new LimitsSpec();
        return new LimitsSpec
        {
            Concurrency = _read.Int(RunSettings.Concurrency, 1, 10_000) ?? defaults.Concurrency,
            Waiting = _read.Int(RunSettings.Waiting, 1, 100_000) ?? defaults.Waiting,
            AttemptTimeout =
                _read.Duration(RunSettings.Timeout, Shortest, LongestAttempt) ?? defaults.AttemptTimeout,
            Deadline = _read.Duration(RunSettings.Deadline, Shortest, LongestBatch),
            Priority = _read.Choice<BatchPriority>(RunSettings.Priority) ?? defaults.Priority,
            SliceSize = _read.Int(RunSettings.SliceSize, 1, 4_096) ?? defaults.SliceSize,
        };
    }

    private FailurePolicy ReadFailures()
    {
        var (count, percentage) = Tolerance.Read(_read.List(RunSettings.Tolerate) ?? [], _problems);
        return new FailurePolicy
        {
            ToleratedCount = count,
            ToleratedPercentage = percentage,
            StopOnFirst = _read.Bool(RunSettings.StopOnFirstFailure) ?? false,
        };
    }

    private string LoginName() =>
        _cli.Environment.GetValueOrDefault("USER") ?? _cli.Environment.GetValueOrDefault("USERNAME") ?? "";

    private static string FolderName(string sourceName)
    {
        var name = Path.GetFileNameWithoutExtension(sourceName);
        return name.Length == 0 ? sourceName.Length == 0 ? "batch" : sourceName : name;
    }
}
