using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using WorkerFleet.Agents;
using WorkerFleet.Batches;
using WorkerFleet.Cli.Doctor.Facts;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Planning;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Planning;
using WorkerFleet.Sources;

namespace WorkerFleet.Cli.Commands;

/// <summary><c>fleet plan</c>: what a batch is going to take, before anything of it is stored or dispatched.</summary>
internal sealed class PlanCommand(CliContext cli)
{
    private readonly RunOptions _run = new(cli);
    private readonly PlanOptions _plan = new(cli);

    public Command Create()
    {
        var command = new CliCommand(
            "plan", "Estimate rows, time, workers and costs of a batch; nothing of it is stored or submitted.")
        {
            Examples =
            [
                "plan tickets.jsonl --agent verifier --template template.json --concurrency 50 --sample 20",
                "plan samples/batch.yaml --latency 2s --latency-p95 5s --failure-rate 2%",
                "plan samples/batch.yaml --latency 20s --transport amazonsqs --store dynamodb --vcpus 0.2 --memory-gb 0.5",
            ],
        };
        _plan.AddTo(command);
        _run.AddTo(command, submits: false);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (request, common, choices) = Read(parsed);
        var stop = cli.Stop.Requested;
        await using var services = AgentsOnly.Create(cli, common);
        var agents = services.GetRequiredService<IAgentCatalog>();
        await using var source = await PlanSource.OpenAsync(cli, common, request.SourcePath, stop);
        var reader = new SourceReader(source.Blobs);
        var survey = await new SourceSurveyor(new SourceIngest(source.Blobs, reader), reader, agents).SurveyAsync(
            source.Content, request.SourceSettings, request.Spec, PlanSource.Name, choices.Sample, stop);
        if (survey.Problems.Count > 0)
            throw new UserErrorException(survey.Problems);

        var problems = PlanLoads.ProblemsOf(survey, choices, agents);
        if (problems.Count == 0)
            problems = await ProbeAsync(survey, agents, stop);
        if (problems.Count > 0)
            throw new UserErrorException(problems);
        var calls = choices.Sample == 0 ? [] : await SampleAsync(survey, request, reader, agents, stop);
        var input = new PlanInput
        {
            Agents = PlanLoads.Of(survey, calls, choices, agents), RejectedRows = survey.RejectedRows,
            SourceBytes = survey.Bytes, Retry = request.Spec.Retry,
            Limits = LimitsOf(request.Spec.Limits, survey, agents), Fleet = choices.Fleet,
        };
        var report = new PlanReport(request, survey, calls, choices, input, Plan.Of(input, choices.Prices))
        {
            AgentTypes = survey.Agents.ToDictionary(agent => agent.Agent, agent => agents.TypeOf(agent.Agent)),
        };
        if (common.Json)
            cli.WriteJson(PlanJson.Of(report));
        else
            PlanText.Write(cli, report);
        // A plan of calls that all fail is none.
        return calls.Count > 0 && calls.All(call => call.Failure is not null) ? ExitCodes.Failed : ExitCodes.Success;
    }

    /// <exception cref="UserErrorException">Something is wrong with what was written: all of it.</exception>
    private (RunRequest Request, CommonValues Common, PlanChoices Choices) Read(ParseResult parsed)
    {
        var problems = new List<string>();
        var (request, common) = ((RunRequest?)null, CommonOptions.Read(parsed, cli));
        try
        {
            (request, common, _) = _run.Read(parsed, keeps: false);
        }
        catch (UserErrorException exception)
        {
            problems.AddRange(exception.Problems);
        }

        var choices = _plan.Read(parsed, common, problems);
        // The configuration of the store is read for both.
        return problems.Count > 0
            ? throw new UserErrorException([.. problems.Distinct()])
            : (request!, common, choices!);
    }

    /// <summary>Asks every agent that has rows, as a submission does.</summary>
    private static async Task<IReadOnlyList<string>> ProbeAsync(
        SourceSurvey survey, IAgentCatalog agents, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(
            survey.Agents.Select(agent => agents.Find(agent.Agent)!.ProbeAsync(cancellationToken)));
        return [.. answers.OfType<string>()];
    }

    private async Task<IReadOnlyList<SampleCall>> SampleAsync(
        SourceSurvey survey, RunRequest request, SourceReader reader, IAgentCatalog agents, CancellationToken stop)
    {
        var names = string.Join(", ", survey.Agents.Select(agent => SafeText.Line(agent.Agent, 64)));
        cli.Note($"Invoking {Figures.Count(survey.Sample.Count, "row")} of {request.SourceSettings.DisplayName} " +
            $"with {names}: these calls are paid like any other. Ctrl-C stops.");
        return await new SampleRun(agents, reader, cli.Time).RunAsync(
            survey, PlanSource.Name, request.Spec.Limits, stop);
    }

    private static LimitsSpec LimitsOf(LimitsSpec limits, SourceSurvey survey, IAgentCatalog agents) =>
        limits.Waiting == 0 && survey.Agents.Any(agent => agents.CompleteWithinOf(agent.Agent) is not null)
            ? limits with { Waiting = BatchSubmitter.DefaultWaiting }
            : limits;
}
