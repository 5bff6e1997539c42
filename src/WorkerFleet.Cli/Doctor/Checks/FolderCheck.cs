using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>Whether the data folder can be written to, or made.</summary>
internal sealed class FolderCheck(CommonValues common) : IDoctorCheck
{
    public string Id => "folder";

    public string Name => "data folder";

    public TimeSpan Limit => TimeSpan.FromSeconds(5);

    public Task ExamineAsync(Findings findings, CancellationToken cancellationToken)
    {
        if (FolderAccess.ProblemOf(common.DataFolder) is { } problem)
            findings.Add(DoctorCodes.FolderUnusable, $"{common.DataFolder} {problem}");
        else
            findings.Pass($"{common.DataFolder} " +
                (Directory.Exists(common.DataFolder) ? "is writable" : "will be made by the first run"));
        return Task.CompletedTask;
    }
}
