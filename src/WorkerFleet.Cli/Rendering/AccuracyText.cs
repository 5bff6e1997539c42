using Spectre.Console;
using WorkerFleet.Results;

namespace WorkerFleet.Cli.Rendering;

/// <summary>How many answers are right, for people.</summary>
internal static class AccuracyText
{
    private const int MostAgents = 10;

    public static void Write(CliContext cli, AccuracySummary accuracy)
    {
        if (accuracy.Rows == 0)
        {
            cli.Out.MarkupLine("  accuracy  unknown: no row says what is right");
            return;
        }
        var unanswered = accuracy.Unanswered == 0 ? "" : $", {Figures.Count(accuracy.Unanswered)} without an answer";
        cli.Out.MarkupLine($"  accuracy  {Share(accuracy.Correct, accuracy.Wrong)}{unanswered}");
        if (accuracy.Missing > 0)
            cli.Out.MarkupLine($"    [yellow]{Figures.Count(accuracy.Missing)} of the wrong ones have nothing to compare " +
                "where the answer should be; --answer says where that is[/]");
        if (accuracy.Agents.Count < 2)
            return;
        foreach (var agent in accuracy.Agents.Take(MostAgents))
            cli.Out.MarkupLine(
                $"    {SafeMarkup.Escape(SafeText.Line(agent.Agent))}: {Share(agent.Correct, agent.Wrong)}");
        if (accuracy.Agents.Count > MostAgents)
            cli.Out.MarkupLine($"    [grey]and {Figures.Count(accuracy.Agents.Count - MostAgents, "agent")} more[/]");
    }

    private static string Share(long correct, long wrong) => correct + wrong == 0
        ? "unknown, without an answer"
        : $"{Figures.Percent(correct, correct + wrong)}: {Figures.Count(correct)} right, {Figures.Count(wrong)} wrong";
}
