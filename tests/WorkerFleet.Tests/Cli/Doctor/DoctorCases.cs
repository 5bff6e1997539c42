using WorkerFleet.Cli.Doctor;
using WorkerFleet.Cli.Doctor.Checks;

namespace WorkerFleet.Tests.Cli.Doctor;

/// <summary>For each code of the doctor a situation in which it is found.</summary>
internal static partial class DoctorCases
{
    public static IReadOnlyList<DoctorCase> All { get; } =
        [.. General(), .. Aws(), .. Store(), .. Broker(), .. Processes(), .. Batches(), .. Agents(), .. Clocks()];

    private static IEnumerable<DoctorCase> General()
    {
        yield return new(DoctorCodes.ConfigurationInvalid, () => InFolderAsync(cli =>
            cli.Write("appsettings.json", """{"Fleet":{"Defaults":{"Concurrency":"many"}}}""")));
        yield return new(DoctorCodes.FolderUnusable, () => InFolderAsync(cli => cli.Write(".fleet", "a file")));
        yield return DoctorCase.Of(DoctorCodes.DiskLow, new DiskCheck(() => DiskCheck.Little - 1));
        yield return DoctorCase.Of(DoctorCodes.DiskFull, new DiskCheck(() => DiskCheck.TooLittle - 1));
        yield return DoctorCase.Of(DoctorCodes.CheckLate, new StubCheck(token => Task.Delay(Timeout.Infinite, token)));
        yield return DoctorCase.Of(
            DoctorCodes.CheckBroke, new StubCheck(_ => Task.FromException(new InvalidOperationException("on purpose"))));
    }

    /// <summary>Has the whole of <c>fleet doctor</c> look at a folder.</summary>
    private static async Task<IReadOnlyList<Finding>> InFolderAsync(Action<CliProcess> prepare)
    {
        using var process = new CliProcess();
        prepare(process);
        return await DoctorRun.FindAsync(process);
    }

    private sealed class StubCheck(Func<CancellationToken, Task> examine) : IDoctorCheck
    {
        public string Id => "stub";

        public string Name => "stub";

        public TimeSpan Limit => TimeSpan.FromMilliseconds(50);

        public Task ExamineAsync(Findings findings, CancellationToken cancellationToken) => examine(cancellationToken);
    }
}
