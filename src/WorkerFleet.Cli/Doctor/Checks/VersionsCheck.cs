using WorkerFleet.Cli.Doctor.Facts;
using WorkerFleet.Cli.Rendering;
using WorkerFleet.Workers;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>Which versions run.</summary>
/// <param name="facts">The heartbeats.</param>
/// <param name="isFleet">Whether there is a broker to meet at.</param>
/// <param name="own">This executable's.</param>
/// <param name="time">The clock.</param>
internal sealed class VersionsCheck(IFleetFacts facts, bool isFleet, string own, TimeProvider time) : IDoctorCheck
{
    public string Id => "versions";

    public string Name => "versions";

    public TimeSpan Limit => TimeSpan.FromSeconds(20);

    public async Task ExamineAsync(Findings findings, CancellationToken cancellationToken)
    {
        if (!isFleet || !await facts.CanBeReadAsync(cancellationToken))
            return;
        var versions = Processes.Live(await facts.ProcessesAsync(cancellationToken), time.GetUtcNow())
            .GroupBy(process => process.Version)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToList();
        var list = string.Join(", ", versions.Select(group => $"{group.Key}: {string.Join('+', RolesOf(group))} × {group.Count()}"));
        if (versions.Count > 1)
            findings.Add(DoctorCodes.VersionsMixed, $"the processes are of different versions: {list}");
        else if (versions.Count == 1 && versions[0].Key != own)
            findings.Add(
                DoctorCodes.VersionsDiffer, $"the processes are of version {versions[0].Key}, and this executable of {own}");
        else
            findings.Pass(versions.Count == 0
                ? $"this executable is {own}"
                : $"{own}: this executable, and all of {Figures.Count(versions[0].Count())} running");
    }

    private static IEnumerable<string> RolesOf(IEnumerable<WorkerRecord> processes) =>
        processes.SelectMany(process => process.Roles).Distinct().Order(StringComparer.Ordinal);
}
