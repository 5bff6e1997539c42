using System.CommandLine;
using WorkerFleet.Batches;
using WorkerFleet.Cli.BatchFiles;
using WorkerFleet.Cli.Hosting;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet run</c>: submits a batch and drives it to its end.</summary>
internal sealed class RunCommand(CliContext cli)
{
    private readonly Argument<string?> _source = new("SOURCE")
    {
        Description = "CSV, TSV or JSONL file, a batch file (.yaml), or - for standard input",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _new = new("--new")
    {
        Description = "Start anew, even where the same run was begun before and is not finished.",
        Arity = ArgumentArity.Zero,
    };

    private readonly Dictionary<RunSetting, Option> _options = [];

    public Command Create()
    {
        var command = new CliCommand("run", "Run a source through an agent, and leave ordered results.")
        {
            Examples =
            [
                "run samples/addresses.csv --agent echo --prompt \"Verify: {{street}}, {{city}}\"",
                "run tickets.jsonl --agent-url http://localhost:8080 --template template.json --concurrency 50",
                "run samples/batch.yaml --tolerate 5%",
                "run - --format csv --agent echo --prompt \"{{name}}\" < rows.csv",
            ],
        };
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
        command.Add(_new, GroupOf(RunSettings.Name));
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var common = CommonOptions.Read(parsed, cli);
        var request = new RunRequestReader(cli, ReadLayers(parsed, common, problems), problems).Read();
        if (FolderAccess.ProblemOf(common.DataFolder) is { } problem)
            problems.Add($"--data {common.DataArgument ?? common.DataFolder}: {problem}");
        if (problems.Count > 0)
            throw new UserErrorException(problems);
        if (request.AdHocAgent is { } agent)
        {
            AdHocAgents.Remember(cli, common.DataFolder, agent);
            common = CommonOptions.Read(parsed, cli);
        }
        await using var app = FleetApp.OpenToDrive(cli, common, request.Spec.Limits.Concurrency);
        // The fleet starts while the source is taken in: that is half of what a small batch takes.
        _ = app.StartAsync(cli.Stop.Requested);
        var submitted = await SubmitAsync(app, request, !parsed.GetValue(_new), cli.Stop.Requested);
        var driver = new BatchDriver(cli, common, app);
        if (!submitted.Existing)
        {
            cli.Note($"Batch {Figures.ShortId(submitted.BatchId!.Value)}: " +
                $"{Figures.Count(submitted.Rows, "row")} of {request.SourceSettings.DisplayName}");
            return await driver.DriveToEndAsync(submitted.BatchId.Value);
        }
        var found = await app.Queries.FindAsync(submitted.BatchId!.Value, cancellationToken)
            ?? throw new UserErrorException("The batch was deleted meanwhile; run it again", ExitCodes.Failed);
        return await new BatchResumption(cli, common).TakeUpAsync(app, found, "--new starts anew");
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

    private async Task<SubmitResult> SubmitAsync(
        FleetApp app, RunRequest request, bool reuse, CancellationToken stop)
    {
        await using var source = request.SourcePath is { } path
            ? new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16,
                FileOptions.Asynchronous | FileOptions.SequentialScan)
            : cli.OpenInput();
        var result = await app.Get<BatchSubmitter>().SubmitAsync(
            new SubmitRequest(source, request.SourceSettings, request.Spec, request.Output, reuse), stop);
        return result.Problems.Count > 0 ? throw new UserErrorException(result.Problems) : result;
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
