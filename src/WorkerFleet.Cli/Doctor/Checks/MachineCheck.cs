using System.Runtime.InteropServices;
using WorkerFleet.Cli.Rendering;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>What fleet runs on, for whoever is shown the findings.</summary>
internal sealed class MachineCheck : IDoctorCheck
{
    public string Id => "machine";

    public string Name => "machine";

    public TimeSpan Limit => TimeSpan.FromSeconds(5);

    public Task ExamineAsync(Findings findings, CancellationToken cancellationToken)
    {
        findings.Pass($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, " +
            $"{Figures.Count(Environment.ProcessorCount, "core")}");
        return Task.CompletedTask;
    }
}
