using Spectre.Console;
using WorkerFleet.Cli.Options;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Planning;
using WorkerFleet.Results;

namespace WorkerFleet.Cli.Planning;

/// <summary>A plan, for a person.</summary>
internal static class PlanText
{
    private const int MostCauses = 5;

    public static void Write(CliContext cli, PlanReport report)
    {
        var (input, plan, survey) = (report.Input, report.Plan, report.Survey);
        var source = SafeMarkup.Escape(SafeText.Line(report.Request.SourceSettings.DisplayName));
        cli.Out.MarkupLine($"[bold]Plan of {source}[/]  " +
            $"[grey]{PlanWords.Of(input.Fleet.Transport)}, {PlanWords.Of(input.Fleet.Store)}[/]");
        Line(cli, "rows", $"{Figures.Count(survey.Rows)}, {ByteSizes.Format(survey.Bytes)}: " +
            $"{Figures.Count(input.Rows)} to " +
            (input.Agents.Count == 1 ? SafeText.Line(input.Agents[0].Name, 64) : "agents") +
            (survey.RejectedRows > 0 ? $", {Figures.Count(survey.RejectedRows)} rejected" : ""));
        WriteCauses(cli, survey.Rejections);
        foreach (var agent in input.Agents)
            Line(cli, "agent", TextOf(agent, report));
        WriteCauses(cli, SampleProfile.Causes(report.Sample));
        if (plan.Calls is { } calls)
            Line(cli, "calls", TextOf(calls, input));
        if (plan.Time is { } time)
            Line(cli, "time", $"{Durations.Format(time.Expected)} " +
                $"({Durations.Format(time.Low)} to {Durations.Format(time.High)}), " +
                $"{Figures.Rate(report.RowsPerSecond ?? 0)} rows/s");
        if (plan.Limits.Count > 0)
            Line(cli, "limit", PlanWords.Of(plan.Limits[0], input.Fleet) + (plan.Limits.Count > 1
                ? $"; the next is {PlanWords.Of(plan.Limits[1], input.Fleet)}, " +
                    $"{Durations.Format(plan.Limits[1].LeastTime)} at least"
                : ""));
        if (plan.Workers is { } workers)
            Line(cli, "workers", TextOf(workers, input.Fleet));
        WriteCosts(cli, report);
        foreach (var note in report.Notes)
            Line(cli, "note", note);
    }

    private static string TextOf(AgentLoad agent, PlanReport report)
    {
        var sampled = report.Sample.Where(call => call.Agent == agent.Name).ToList();
        var text = SafeText.Line(agent.Name, 64) + ": " +
            (report.Input.Agents.Count > 1 ? $"{Figures.Count(agent.Rows, "row")}, " : "") +
            $"input {ByteSizes.Format((long)agent.InputBytes)} a row";
        if (sampled.Count > 0)
            text += $"; {Figures.Count(sampled.Count, "row")} sampled, " +
                $"{Figures.Count(sampled.Count(call => call.Failure is null))} succeeded";
        if (agent.Calls is { } calls)
            text += $"; mean {Durations.Format(calls.Latency.Mean)}, p50 {Durations.Format(calls.Latency.P50)}, " +
                $"p95 {Durations.Format(calls.Latency.P95)}" +
                (calls.Background is { } background ? $", then {Durations.Format(background)} in the background" : "");
        return text;
    }

    private static string TextOf(CallCounts calls, PlanInput input)
    {
        var text = Figures.Count((long)Math.Round(calls.Attempts));
        if (calls.Attempts > input.Rows)
            text += $", {PlanWords.Number(calls.Attempts / Math.Max(1, input.Rows))} a row";
        if (calls.Throttled >= 0.5)
            text += $"; {Figures.Count((long)Math.Round(calls.Throttled))} more are throttled";
        return calls.FailedRows >= 0.5
            ? text + $"; about {Figures.Count((long)Math.Round(calls.FailedRows), "row")} fail in the end"
            : text;
    }

    private static string TextOf(WorkersWanted workers, FleetShape fleet)
    {
        var useful = $"{Figures.Count(workers.Useful)} of {Figures.Count(fleet.WorkerConcurrency, "row")} each";
        return fleet.Workers switch
        {
            null => $"{useful}; with more it is no faster",
            { } given when given > workers.Useful =>
                $"{Figures.Count(given)}, of which {useful} would do: with more it is no faster",
            { } given when given < workers.Useful => $"{Figures.Count(given)}; up to {useful} would make it faster",
            _ => $"{useful}, no more than are of use",
        };
    }

    private static void WriteCauses(CliContext cli, IReadOnlyList<ErrorGroupSummary> causes)
    {
        foreach (var cause in causes.Take(MostCauses))
            cli.Out.MarkupLine($"    [red]{Figures.Count(cause.Count)} ×[/] " +
                $"{(cause.Kind is { } kind ? Kinds.NameOf(kind) : "other")}: " +
                SafeMarkup.Escape(SafeText.Line(cause.Message, 160)));
        if (causes.Count > MostCauses)
            cli.Out.MarkupLine($"    [grey]and {Figures.Count(causes.Count - MostCauses, "cause")} more[/]");
    }

    private static void WriteCosts(CliContext cli, PlanReport report)
    {
        var plan = report.Plan;
        if (plan.Costs.Count == 0)
        {
            Line(cli, "cost", "nothing that this plan knows of");
            return;
        }

        var table = Tables.Create(cli, "cost", "what", "amount", "", "USD");
        table.Columns[2].RightAligned();
        table.Columns[4].RightAligned();
        foreach (var cost in plan.Costs)
            table.AddRow(
                SafeMarkup.Escape(NameOf(cost, report.Input)), SafeMarkup.Escape(cost.What),
                PlanWords.Amount(cost.Amount), SafeMarkup.Escape(cost.Unit),
                cost.Usd is { } usd ? PlanWords.Usd(usd) : "?");
        table.AddRow("[bold]total[/]", "", "", "", $"[bold]{PlanWords.Usd(plan.Usd)}[/]");
        cli.Out.Write(table);
    }

    private static string NameOf(CostLine cost, PlanInput input) => cost switch
    {
        { Agent: { } agent } when input.Agents.Count > 1 => SafeText.Line(agent, 64),
        _ => cost.Part.ToString().ToLowerInvariant(),
    };

    private static void Line(CliContext cli, string name, string text) =>
        cli.Out.MarkupLine($"  [grey]{name,-9}[/] {SafeMarkup.Escape(text)}");
}
