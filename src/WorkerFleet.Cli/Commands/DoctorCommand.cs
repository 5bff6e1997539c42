using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using WorkerFleet.Cli.Doctor;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet doctor</c>.</summary>
internal sealed class DoctorCommand(CliContext cli)
{
    /// <summary>In the form that most agents take.</summary>
    private const string DefaultInput = """{"messages":[{"role":"user","content":"ping"}]}""";

    /// <summary>Characters of a line.</summary>
    private const int MaxLine = 1_000;

    private readonly Option<string?> _only = OptionValues.Create(
        "--only", "CHECKS", $"Make these checks alone, separated by commas: {string.Join(", ", DoctorSetup.Ids)}.");

    private readonly Option<bool> _invoke = OptionValues.CreateFlag(
        "--invoke", "Invoke each agent once, too. That is a call like any other: it may cost, and have effects.");

    private readonly Option<string?> _input = OptionValues.Create(
        "--input", "JSON", $"What to invoke them with. Default: {DefaultInput}");

    private readonly Option<bool> _permissions = OptionValues.CreateFlag(
        "--permissions", "Try what the role may do in AWS, too: writes, reads and deletes a record and an object.");

    public Command Create()
    {
        var command = new CliCommand("doctor", "Check configuration, store, broker, queues, processes, batches, agents " +
            "and clocks; say what is wrong, why, and what to do.")
        {
            Examples =
            [
                "doctor", "doctor --json", "doctor --only broker,queues", "doctor --only agents --invoke",
                "doctor --permissions",
            ],
        };
        command.Add(_only);
        command.Add(_invoke);
        command.Add(_input);
        command.Add(_permissions);
        command.SetAction(RunAsync);
        return command;
    }

    /// <returns>3 when something failed; warnings are none.</returns>
    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var common = CommonOptions.Read(parsed, cli);
        var request = Read(parsed);
        IReadOnlyList<Finding> findings;
        await using (var setup = new DoctorSetup(cli, common, request))
            findings = await Examination.RunAsync(setup.Checks, request, cli.Time, cli.Stop.Requested);
        var healthy = findings.All(finding => finding.State != CheckState.Failed);
        if (common.Json)
            cli.WriteJson(new DoctorJson(healthy, [.. findings.Select(finding => new CheckJson(
                finding.Code, finding.Name, finding.State, finding.Text, finding.Cause, finding.Remedy))]));
        else
            foreach (var finding in findings)
                Write(finding);
        return healthy ? ExitCodes.Success : ExitCodes.Failed;
    }

    /// <exception cref="UserErrorException">What is asked for is wrong: all of it.</exception>
    private DoctorRequest Read(ParseResult parsed)
    {
        var problems = new List<string>();
        var only = (parsed.GetValue(_only) ?? "").Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var unknown in only.Except(DoctorSetup.Ids, StringComparer.Ordinal))
            problems.Add($"{_only.Name}: there is no check '{unknown}'{Suggestions.DidYouMean(unknown, DoctorSetup.Ids)}; " +
                $"there are {string.Join(", ", DoctorSetup.Ids)}");
        var invoke = parsed.GetValue(_invoke);
        JsonElement? input = null;
        if (!invoke && parsed.GetValue(_input) is not null)
            problems.Add($"{_input.Name}: is what agents are invoked with; it goes with {_invoke.Name}");
        else if (invoke)
            input = ReadInput(parsed.GetValue(_input) ?? DefaultInput, problems);
        return problems.Count == 0
            ? new DoctorRequest(only.ToHashSet(), input, parsed.GetValue(_permissions))
            : throw new UserErrorException(problems);
    }

    private JsonElement? ReadInput(string text, List<string> problems)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException exception)
        {
            problems.Add($"{_input.Name}: is not JSON: {SafeText.Line(exception.Message)}");
            return null;
        }
    }

    private void Write(Finding finding)
    {
        cli.Out.MarkupLine($"{MarkOf(finding.State)} {finding.Name,-14} {Line(finding.Text)}");
        if (finding is { Cause: { } cause, Remedy: { } remedy })
        {
            cli.Out.MarkupLine($"                 [grey]why[/]  {Line(cause)}");
            cli.Out.MarkupLine($"                 [grey]do[/]   {Line(remedy)}  [grey]{finding.Code}[/]");
        }
    }

    private static string Line(string text) => SafeMarkup.Escape(SafeText.Line(text, MaxLine));

    private static string MarkOf(CheckState state) => state switch
    {
        CheckState.Passed => "[green]✓[/]",
        CheckState.Warning => "[yellow]![/]",
        _ => "[red]✗[/]",
    };

    private sealed record DoctorJson(bool Healthy, IReadOnlyList<CheckJson> Checks);

    private sealed record CheckJson(
        string Code, string Name, CheckState State, string Finding, string? Cause, string? Remedy);
}
