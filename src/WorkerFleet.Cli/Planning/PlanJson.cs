using WorkerFleet.Planning;
using WorkerFleet.Results;

namespace WorkerFleet.Cli.Planning;

/// <summary>A plan, for scripts. What is not known is left out.</summary>
internal sealed record PlanJson(
    string Source, long Rows, long Bytes, long RejectedRows, IReadOnlyList<ErrorGroupSummary> Rejections,
    IReadOnlyList<PlanAgentJson> Agents, PlanSampleJson? Sample, double? Calls, double? ThrottledCalls,
    double? FailedRows, PlanTimeJson? TimeMs, double? RowsPerSecond, IReadOnlyList<PlanLimitJson> Limits,
    PlanTransport Transport, PlanStore Store, int? Workers, int? WorkersUseful, IReadOnlyList<CostLine> Costs,
    double TotalUsd, IReadOnlyList<Price> Prices,
    IReadOnlyList<string> Notes)
{
    public static PlanJson Of(PlanReport report)
    {
        var (input, plan, survey, sample) = (report.Input, report.Plan, report.Survey, report.Sample);
        return new(
            report.Request.SourceSettings.DisplayName, survey.Rows, survey.Bytes, survey.RejectedRows,
            survey.Rejections,
            [.. input.Agents.Select(PlanAgentJson.Of)],
            sample.Count == 0 ? null : new(
                sample.Count, sample.Count(call => call.Failure is null), SampleProfile.Causes(sample),
                sample.Sum(call => call.Usage.CostUsd)),
            plan.Calls?.Attempts, plan.Calls?.Throttled, plan.Calls?.FailedRows,
            plan.Time is { } time
                ? new(time.Expected.TotalMilliseconds, time.Low.TotalMilliseconds, time.High.TotalMilliseconds)
                : null,
            report.RowsPerSecond,
            [.. plan.Limits.Select(limit => new PlanLimitJson(
                limit.Kind, limit.Agent, limit.Value, limit.LeastTime.TotalMilliseconds,
                PlanWords.Of(limit, input.Fleet)))],
            input.Fleet.Transport, input.Fleet.Store, input.Fleet.Workers, plan.Workers?.Useful, plan.Costs, plan.Usd,
            [.. report.Choices.Prices.All], report.Notes);
    }
}

/// <param name="Name">Name of the agent.</param>
/// <param name="Rows">Rows that go to it.</param>
/// <param name="InputBytes">Mean size of what it receives for one.</param>
/// <param name="LatencyMs">What its calls take.</param>
/// <param name="BackgroundMs">How long it works on in the background.</param>
/// <param name="FailureRate">Share of attempts that fail and are tried again.</param>
/// <param name="RefusedRate">Share of rows that fail at once.</param>
/// <param name="ThrottledRate">Share of calls that are throttled.</param>
/// <param name="OutputBytes">Mean size of an answer.</param>
internal sealed record PlanAgentJson(
    string Name, long Rows, double InputBytes, PlanLatencyJson? LatencyMs, double? BackgroundMs, double? FailureRate,
    double? RefusedRate, double? ThrottledRate, double OutputBytes)
{
    public static PlanAgentJson Of(AgentLoad agent) => new(
        agent.Name, agent.Rows, agent.InputBytes,
        agent.Calls is { Latency: var latency }
            ? new(latency.Mean.TotalMilliseconds, latency.P50.TotalMilliseconds, latency.P95.TotalMilliseconds)
            : null,
        agent.Calls?.Background?.TotalMilliseconds, agent.Calls?.FailureRate, agent.Calls?.RefusedRate,
        agent.Calls?.ThrottledRate, agent.OutputBytes);
}

/// <summary>Milliseconds.</summary>
internal sealed record PlanLatencyJson(double Mean, double P50, double P95);

/// <summary>Milliseconds.</summary>
internal sealed record PlanTimeJson(double Expected, double Low, double High);

/// <param name="Calls">Rows that were invoked.</param>
/// <param name="Succeeded">How many of them succeeded.</param>
/// <param name="Errors">Why the others did not, by cause.</param>
/// <param name="Usd">What the sample itself cost, as far as that is known.</param>
internal sealed record PlanSampleJson(int Calls, int Succeeded, IReadOnlyList<ErrorGroupSummary> Errors, decimal? Usd);

/// <param name="Kind">What it is.</param>
/// <param name="Agent">Whose it is, if an agent's.</param>
/// <param name="Value">The limit.</param>
/// <param name="LeastTimeMs">No shorter is the batch because of it.</param>
/// <param name="Text">In words.</param>
internal sealed record PlanLimitJson(PlanLimitKind Kind, string? Agent, double Value, double LeastTimeMs, string Text);
