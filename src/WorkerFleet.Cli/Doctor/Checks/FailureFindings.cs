using WorkerFleet.Cli.Doctor.Facts;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Completions;
using WorkerFleet.Items;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>Rows that failed for a reason that is not theirs: rights that an agent, or whoever calls it, lacks.</summary>
internal static class FailureFindings
{
    /// <summary>What failed before that may have been mended since.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromDays(1);

    public static async Task JudgeAsync(
        IFleetFacts facts, Func<string, string> command, DateTimeOffset now, Findings findings,
        CancellationToken cancellationToken)
    {
        foreach (var group in await facts.FailuresAsync(cancellationToken))
        {
            if (now - group.Last > Recent)
                continue;
            var text = $"{Figures.Count(group.Count, "row")} failed, the last at {Figures.Instant(group.Last)}: {group.Sample} " +
                $"({command("dead-letters groups")})";
            if (group.Kind == FailureKind.Denied)
                findings.Add(DoctorCodes.BatchesDenied, text);
            else if (group.Kind == FailureKind.Timeout && AcceptedItems.IsWithoutWord(group.Sample))
                findings.Add(DoctorCodes.BatchesNoEvents, text);
        }
    }
}
