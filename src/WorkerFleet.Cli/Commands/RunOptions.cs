using System.CommandLine;
using WorkerFleet.Batches;
using WorkerFleet.Cli.BatchFiles;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.S3;

namespace WorkerFleet.Cli.Commands;

/// <summary>Source and options of a batch, as <c>fleet run</c> and <c>fleet submit</c> take them.</summary>
internal sealed class RunOptions(CliContext cli)
{
    /// <summary>The variable by which build servers and scripts hand their trace to what they start.</summary>
    private const string TraceParent = "TRACEPARENT";

    private readonly Argument<string?> _source = new("SOURCE")
    {
        Description = "CSV, TSV or JSONL file, s3://bucket/key, a batch file (.yaml), or - for standard input",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _new = new("--new")
    {
        Description = "Start anew, even where the same run was begun before and is not finished.",
        Arity = ArgumentArity.Zero,
    };

    private readonly Dictionary<RunSetting, Option> _options = [];

    /// <param name="command">Gets the options.</param>
    /// <param name="submits">Whether it submits the batch.</param>
    public void AddTo(CliCommand command, bool submits = true)
    {
        command.Add(_source);
        foreach (var setting in RunSettings.All)
        {
            Option option = setting.Arity == SettingArity.Flag
                ? new Option<bool>(setting.Option) { Arity = ArgumentArity.Zero }
                : new Option<string[]>(setting.Option) { Arity = ArgumentArity.OneOrMore };
            option.HelpName = setting.ValueName;
            option.Description = setting.Help;
            command.Add(option, GroupOf(setting));
            _options[setting] = option;
        }
        if (submits)
            command.Add(_new, GroupOf(RunSettings.Name));
    }

    /// <summary>Whether an unfinished batch of the same source and options is to be left alone.</summary>
    public bool IsNew(ParseResult parsed) => parsed.GetValue(_new);

    /// <summary>Understands what was written.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="keeps">Whether an agent that is named by its address is remembered in the data folder.</param>
    /// <exception cref="UserErrorException">Something is wrong: all of it.</exception>
    public (RunRequest Request, CommonValues Common, bool NamesOutput) Read(ParseResult parsed, bool keeps = true)
    {
        var problems = new List<string>();
        var common = CommonOptions.Read(parsed, cli);
        var layers = ReadLayers(parsed, common, problems);
        var request = new RunRequestReader(cli, layers, problems).Read();
        if (AwsSettingsReader.Read(common.Configuration, problems) is not null
            && StoreChoice.Of(common).ProblemOfWriting() is { } problem)
            problems.Add(problem);
        // What is remembered of an address lies in the data folder, which processes on other machines do not have.
        if (request.AdHocAgent is { } unknown && problems.Count == 0 && !StoreChoice.Of(common).IsLocal)
            problems.Add($"--agent-url: the workers of a fleet with its store in DynamoDB do not learn of the address; configure the " +
                $"agent for them and for this command, as Fleet:Agents:{unknown.Name}:Url, and name it with --agent");
        if (problems.Count > 0)
            throw new UserErrorException(problems);
        if (request.AdHocAgent is { } used && !keeps)
        {
            common = common with { Configuration = AdHocAgents.AddTo(cli, common.Configuration, used) };
        }
        else if (request.AdHocAgent is { } agent)
        {
            AdHocAgents.Remember(cli, common.DataFolder, agent);
            common = CommonOptions.Read(parsed, cli);
        }
        return (request, common, layers.Any(layer => layer.Has(RunSettings.Output)));
    }

    private List<SettingsLayer> ReadLayers(ParseResult parsed, CommonValues common, List<string> problems)
    {
        var commandLine = ReadCommandLine(parsed, problems);
        var layers = new List<SettingsLayer> { commandLine };
        var source = parsed.GetValue(_source);
        if (source is not null && BatchFile.IsBatchFile(source))
            layers.Add(BatchFile.Read(cli, source, problems));
        else if (source is not null && commandLine.Has(RunSettings.Source))
            problems.Add("--source: is for replacing the source of a batch file; name the source once");
        else if (source is not null)
            commandLine.Add(RunSettings.Source, new SettingText(source, "SOURCE"));
        layers.Add(FleetConfiguration.ReadDefaults(common.Configuration, problems));
        return layers;
    }

    private SettingsLayer ReadCommandLine(ParseResult parsed, List<string> problems)
    {
        var layer = new SettingsLayer();
        foreach (var (setting, option) in _options)
        {
            if (parsed.GetResult(option) is not { Implicit: false } result)
                continue;
            if (setting.Arity == SettingArity.One && result.Tokens.Count > 1)
                problems.Add($"{setting.Option}: is given {result.Tokens.Count} times; give it once");
            if (setting.Arity == SettingArity.Flag)
                layer.Add(setting, new SettingText(bool.TrueString, setting.Option));
            foreach (var token in result.Tokens)
                layer.Add(setting, new SettingText(token.Value, setting.Option));
        }
        return layer;
    }

    /// <summary>Puts the source into the store and submits the batch.</summary>
    /// <exception cref="UserErrorException">Something is wrong with source, mapping or agents.</exception>
    public async Task<SubmitResult> SubmitAsync(
        FleetApp app, RunRequest request, string? output, bool reuse, CancellationToken stop)
    {
        if (S3Address.IsMeant(output ?? ""))
            await CheckOutputAsync(app, output!, stop);
        await using var source = await OpenSourceAsync(app, request.SourcePath, stop);
        var result = await app.Get<BatchSubmitter>().SubmitAsync(
            new SubmitRequest(source, request.SourceSettings, request.Spec, output, reuse,
                cli.Environment.GetValueOrDefault(TraceParent)), stop);
        return result.Problems.Count > 0 ? throw new UserErrorException(result.Problems) : result;
    }

    /// <summary>What this process may not write, the one that will write it may, if that is another.</summary>
    private static async Task CheckOutputAsync(FleetApp app, string output, CancellationToken cancellationToken)
    {
        try
        {
            await app.Get<S3Outputs>().CheckAsync(
                S3Address.Parse(output, needsKey: false).Address!, cancellationToken);
        }
        catch (S3Exception exception) when (!(exception.IsDenied && app.IsDrivenElsewhere))
        {
            throw new UserErrorException($"--output {exception.Message}");
        }
        catch (S3Exception)
        {
            // It is the orchestrator that writes there.
        }
    }

    private async Task<Stream> OpenSourceAsync(FleetApp app, string? path, CancellationToken cancellationToken)
    {
        if (path is null)
            return cli.OpenInput();
        if (!S3Address.IsMeant(path))
            return new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16,
                FileOptions.Asynchronous | FileOptions.SequentialScan);
        try
        {
            return await app.Get<S3Sources>().OpenAsync(
                S3Address.Parse(path, needsKey: true).Address!, cancellationToken);
        }
        catch (S3Exception exception)
        {
            throw new UserErrorException(exception.Message);
        }
    }

    private static string GroupOf(RunSetting setting) => setting.Section switch
    {
        "source" => "Source",
        "agents" => "Agents",
        "mapping" => "Mapping",
        "retries" => "Retries",
        "limits" => "Limits",
        "failures" => "Failures",
        _ => "Batch",
    };
}
