using WorkerFleet.Api.Submission;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Options;
using WorkerFleet.S3;

namespace WorkerFleet.Cli.Hosting;

/// <summary>
/// Understands what is submitted over HTTP by the rules of <c>fleet submit</c>, and with its configured defaults.
/// </summary>
/// <param name="cli">The process.</param>
/// <param name="common">Its configuration.</param>
/// <param name="drivers">Who drives batches.</param>
/// <param name="sources">Opens sources in S3.</param>
internal sealed class ApiRequests(
    CliContext cli, CommonValues common, IBatchDrivers drivers, S3Sources sources) : IBatchRequests
{
    private static readonly Dictionary<string, RunSetting> Settings = RunSettings.All
        .Where(setting => setting != RunSettings.Source && setting != RunSettings.AgentUrl)
        .ToDictionary(setting => setting.Name);

    public IReadOnlyList<string> Fields { get; } = [.. Settings.Keys];

    public IReadOnlyList<RequestField> Describe()
    {
        // What is wrong with them shows when something is submitted, or previewed.
        var defaults = FleetConfiguration.ReadDefaults(common.Configuration, []);
        return
        [
            .. Settings.Values.Select(setting => new RequestField(
                setting.Name, setting.Section, setting.ValueName,
                setting.Help.Replace("--", "", StringComparison.Ordinal), setting.Arity == SettingArity.Many,
                setting.Arity == SettingArity.Flag,
                defaults.Find(setting) is { Count: > 0 } texts ? string.Join(',', texts.Select(text => text.Value)) : null)),
        ];
    }

    public string? ProblemOfSubmitting => drivers.ByOneProcess
        ? "There is no fleet that would run the batch: set Fleet:Broker (FLEET__BROKER) or Fleet:Transport for "
            + "this process, "
            + "as for the fleet's others. Without a broker, 'fleet run' runs a batch in one process"
        : null;

    public BatchRequest Read(
        IReadOnlyList<KeyValuePair<string, string>> fields, string sourceName, string? owner,
        ICollection<string> problems)
    {
        var found = new List<string>();
        var layer = LayerOf(fields, found);
        if (owner is not null)
        {
            if (layer.Find(RunSettings.Owner).Any(text => text.Value != owner))
                found.Add($"{RunSettings.Owner.Name}: is that of your key, '{owner}'; leave it out");
            layer = LayerOf([.. fields.Where(field =>
                field.Key != RunSettings.Owner.Name), new(RunSettings.Owner.Name, owner)], []);
        }

        var layers = new List<SettingsLayer> { layer, FleetConfiguration.ReadDefaults(common.Configuration, found) };
        var (source, spec) = new RunRequestReader(cli, layers, found, ApiNaming.Instance).ReadOptions(sourceName);
        foreach (var problem in found)
            problems.Add(problem);
        return new(source, spec, layer.Find(RunSettings.Output) is [var output, ..] ? output.Value : null);
    }

    public SetLimits ReadLimits(IReadOnlyList<KeyValuePair<string, string>> fields, ICollection<string> problems)
    {
        var found = new List<string>();
        var change = RunRequestReader.ReadLimits(new SettingReader([LayerOf(fields, found)], found));
        foreach (var problem in found)
            problems.Add(problem);
        return change;
    }

    public async Task<Stream?> OpenAsync(
        string address, ICollection<string> problems, CancellationToken cancellationToken)
    {
        if (!S3Address.IsMeant(address))
        {
            if (SourcePaths.ProblemOfFile(address, address, "source") is not { } problem)
                return new FileStream(
                    address, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16,
                    FileOptions.Asynchronous | FileOptions.SequentialScan);
            problems.Add(problem);
            return null;
        }

        var (parsed, wrong) = S3Address.Parse(address, needsKey: true);
        if (parsed is null)
        {
            problems.Add($"{address}: {wrong}");
            return null;
        }

        try
        {
            return await sources.OpenAsync(parsed, cancellationToken);
        }
        catch (S3Exception exception)
        {
            problems.Add(exception.Message);
            return null;
        }
    }

    private static SettingsLayer LayerOf(IReadOnlyList<KeyValuePair<string, string>> fields, List<string> problems)
    {
        var layer = new SettingsLayer();
        foreach (var (name, value) in fields)
        {
            var setting = Settings[name];
            if (setting.Arity == SettingArity.Flag && !bool.TryParse(value, out _))
                problems.Add($"{name}: '{value}' is not true or false");
            if (setting.Arity != SettingArity.Many && layer.Has(setting))
                problems.Add($"{name}: is given twice; give it once");
            layer.Add(setting, new SettingText(value, name));
        }

        return layer;
    }
}
