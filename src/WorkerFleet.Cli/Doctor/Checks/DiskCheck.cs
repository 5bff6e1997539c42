using WorkerFleet.Cli.Options;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>Whether there is room where the data folder is.</summary>
/// <param name="free">Bytes.</param>
internal sealed class DiskCheck(Func<long> free) : IDoctorCheck
{
    /// <summary>Below this a run can hardly be finished.</summary>
    public const long TooLittle = 100L << 20;

    public const long Little = 1L << 30;

    public string Id => "disk";

    public string Name => "disk";

    public TimeSpan Limit => TimeSpan.FromSeconds(5);

    public Task ExamineAsync(Findings findings, CancellationToken cancellationToken)
    {
        var bytes = free();
        var text = $"{ByteSizes.Format(bytes)} free";
        if (bytes < TooLittle)
            findings.Add(DoctorCodes.DiskFull, text);
        else if (bytes < Little)
            findings.Add(DoctorCodes.DiskLow, text);
        else
            findings.Pass(text);
        return Task.CompletedTask;
    }

    /// <summary>Where the folder is, or will be made.</summary>
    public static long FreeBeside(string folder)
    {
        var existing = folder;
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
            existing = parent;
        return new DriveInfo(existing).AvailableFreeSpace;
    }
}
