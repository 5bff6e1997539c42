using WorkerFleet.Agents;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Planning;

namespace WorkerFleet.Cli.Planning;

/// <summary>What a person should know before relying on a plan.</summary>
internal static class PlanNotes
{
    private const double LongCalls = 0.01;

    public static IEnumerable<string> Of(PlanReport report)
    {
        var (input, plan, sample) = (report.Input, report.Plan, report.Sample);
        if (sample.Count > 0 && sample.All(call => call.Failure is not null))
            yield return "no row of the sample succeeded: mend that first";
        else if (plan.Time is null && input.Agents.Count > 0)
            yield return "time and costs of calls are not known: --sample 20 really invokes 20 rows, which are paid; or " +
                "give --latency 2s";
        if (sample.Count > 0 && sample.All(call => call.Failure is null))
            yield return "no call of the sample failed; up to " +
                $"{PlanWords.Share(1 - Math.Pow(0.05, 1.0 / sample.Count))} of a batch may fail all the same (at 95%)";
        if (sample.Sum(call => call.Usage.CostUsd) is > 0 and var paid)
            yield return $"the sample itself has cost {PlanWords.Usd((double)paid)}";
        if (sample.Any(call => call.Failure is { Kind: Items.FailureKind.Throttled }))
            yield return "the agent throttles already, which makes the time uncertain; configure its quota " +
                "(Fleet:Agents:NAME:CallsPerSecond, NewSessionsPerSecond), and the plan counts with that";
        foreach (var agent in input.Agents)
            foreach (var note in OfAgent(agent, report))
                yield return note;
        if (report.Request.Spec.Limits.Deadline is { } deadline && plan.Time is { } time && time.High > deadline)
            yield return $"--deadline {Durations.Format(deadline)} may come first: what is not done then is cancelled";
        if (plan.Calls is { FailedRows: > 0 } calls
            && report.Request.Spec.Failures is { } policy
            && (policy.StopOnFirst || calls.FailedRows > (policy.ToleratedCount ?? double.MaxValue)
                || calls.FailedRows > input.Rows * ((policy.ToleratedPercentage ?? 100) / 100)))
            yield return $"about {Figures.Count((long)Math.Ceiling(calls.FailedRows), "row")} would fail, more than are " +
                "tolerated: the batch would end early";
        var doubtful = report.Choices.Prices.All.Where(price => price.Verify && IsUsed(price, report)).ToList();
        if (doubtful.Count > 0)
            yield return "to be looked up before you rely on them: the prices " +
                string.Join(", ", doubtful.Select(price => price.Name));
    }

    private static IEnumerable<string> OfAgent(AgentLoad agent, PlanReport report)
    {
        var name = SafeText.Line(agent.Name, 64);
        if (agent.Calls is { } calls
            && calls.Latency.ShareBeyond(report.Input.Limits.AttemptTimeout) is > LongCalls and var share)
            yield return $"about {PlanWords.Share(share)} of the calls of agent {name} would take longer than " +
                $"--timeout {Durations.Format(report.Input.Limits.AttemptTimeout)} and fail";
        if ("agentcore".Equals(report.AgentTypes.GetValueOrDefault(agent.Name), StringComparison.OrdinalIgnoreCase)
            && agent.Cost is not ({ Vcpus: not null, MemoryGb: not null } or { UsdPerHour: not null }))
            yield return $"what AgentCore charges for sessions of agent {name} is not counted: give --vcpus and " +
                "--memory-gb, or " + AgentOptions.KeyOf(name, "Price:PerHour");
        if (agent.Cost is { InputTokens: not null, UsdPerMillionInputTokens: null }
            or { OutputTokens: not null, UsdPerMillionOutputTokens: null })
            yield return $"what tokens of agent {name} cost is not counted: give " +
                $"{AgentOptions.KeyOf(name, "Price:InputPerMillionTokens")} and OutputPerMillionTokens";
        if (agent.Cost is { InputTokens: null, UsdPerMillionInputTokens: not null }
            or { OutputTokens: null, UsdPerMillionOutputTokens: not null })
            yield return $"what tokens of agent {name} cost is not counted: give --tokens-in and --tokens-out";
    }

    private static bool IsUsed(Price price, PlanReport report)
    {
        var prefix = price.Name[..price.Name.IndexOf('_', StringComparison.Ordinal)];
        return report.Plan.Costs.Any(cost => cost.Amount > 0
            && cost.What.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
    }
}
