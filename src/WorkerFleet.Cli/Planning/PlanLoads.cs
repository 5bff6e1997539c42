using WorkerFleet.Agents;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Planning;

namespace WorkerFleet.Cli.Planning;

/// <summary>What the batch asks of each agent, by what was sampled or given.</summary>
internal static class PlanLoads
{
    /// <summary>Why agents of the source cannot be planned for as was asked.</summary>
    public static IReadOnlyList<string> ProblemsOf(SourceSurvey survey, PlanChoices choices, IAgentCatalog agents)
    {
        var problems = new List<string>();
        foreach (var name in survey.Agents.Select(agent => agent.Agent))
        {
            var isAsync = agents.CompleteWithinOf(name) is not null;
            var limits = agents.LimitsOf(name) ?? new();
            if (isAsync && choices.Sample > 0)
                problems.Add($"--sample: the agent '{name}' works on in the background, so that its answer says nothing of " +
                    "the time; give --latency, until it accepts, and --background, until it is done");
            else if (isAsync && choices is { Given: not null, Background: null })
                problems.Add(
                    $"--background: is missing; the agent '{name}' works on in the background when it has answered");
            if (agents.PriceOf(name) is { PerHour: > 0 }
                && choices.Cost is { Vcpus: not null } or { MemoryGb: not null })
                problems.Add($"--vcpus, --memory-gb: the agent '{name}' has a price for its hours already " +
                    $"({AgentOptions.KeyOf(name, "Price:PerHour")}); leave one of them out");
            if (choices.Sample > 0 && !limits.StopsSessions && limits.LiveSessions < choices.Sample)
                problems.Add($"--sample: {Figures.Count(choices.Sample)} is more than the agent '{name}' may have sessions " +
                    $"at the same time ({Figures.Count(limits.LiveSessions.Value)}, and they are not stopped); " +
                    "sample fewer rows");
        }

        if (choices.Background is not null && choices.Given is null)
            problems.Add("--background: belongs to --latency; give that, too");
        else if (choices.Background is not null
            && survey.Agents.All(agent => agents.CompleteWithinOf(agent.Agent) is null))
            problems.Add("--background: no agent of this batch works in the background (Async); leave it out");
        return problems;
    }

    public static IReadOnlyList<AgentLoad> Of(
        SourceSurvey survey, IReadOnlyList<SampleCall> calls, PlanChoices choices, IAgentCatalog agents)
    {
        // Of an agent that the sample has not met, what it says of all others is the best guess.
        var all = ProfileOf(calls);
        return
        [
            .. survey.Agents.Select(rows =>
            {
                var own = ProfileOf([.. calls.Where(call => call.Agent == rows.Agent)]) ?? all ?? choices.Given;
                var size = choices.OutputBytes ?? own?.OutputBytes;
                var load = new AgentLoad
                {
                    Name = rows.Agent, Rows = rows.Rows, InputBytes = (double)rows.InputBytes / rows.Rows,
                    Limits = agents.LimitsOf(rows.Agent) ?? new(),
                    Cost = CostOf(
                        agents.PriceOf(rows.Agent), choices.Cost ?? new(),
                        SampleProfile.CostOf([.. calls.Where(call => call.Agent == rows.Agent)])),
                    Calls = agents.CompleteWithinOf(rows.Agent) is null
                        ? own
                        : own is null ? null : own with { Background = choices.Background },
                };
                return size is null ? load : load with { OutputBytes = size.Value };
            }),
        ];
    }

    private static CallCost? CostOf(AgentPrice? price, CallCost given, CallCost sampled)
    {
        if (sampled.UsdPerCall is not null)
            return sampled with { Vcpus = given.Vcpus, MemoryGb = given.MemoryGb };
        var cost = given with
        {
            InputTokens = given.InputTokens ?? sampled.InputTokens, OutputTokens = given.OutputTokens ?? sampled.OutputTokens,
        };
        cost = price is null ? cost : cost.At(price);
        return cost == new CallCost() ? null : cost;
    }

    /// <returns>Null where no call succeeded: how long failures take says nothing of a batch.</returns>
    private static CallProfile? ProfileOf(IReadOnlyList<SampleCall> calls) =>
        calls.Any(call => call.Failure is null) ? SampleProfile.Of(calls) : null;
}
