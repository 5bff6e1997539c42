using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Health;

/// <summary>What an endpoint answers.</summary>
/// <param name="Status">The worst of the checks'.</param>
/// <param name="Checks">Those that were asked.</param>
internal sealed record HealthAnswer(HealthStatus Status, IReadOnlyList<HealthAnswerCheck> Checks)
{
    public static HealthAnswer Of(HealthReport report) => new(
        report.Status,
        [
            .. report.Entries.Select(entry => new HealthAnswerCheck(
                entry.Key, entry.Value.Status,
                entry.Value.Status == HealthStatus.Healthy
                    ? null
                    : SafeText.Line(entry.Value.Description ?? "it does not say why"))),
        ]);
}

/// <param name="Name">Of the check.</param>
/// <param name="Status">Healthy, degraded or unhealthy.</param>
/// <param name="Reason">Why it is not healthy.</param>
internal sealed record HealthAnswerCheck(string Name, HealthStatus Status, string? Reason);
