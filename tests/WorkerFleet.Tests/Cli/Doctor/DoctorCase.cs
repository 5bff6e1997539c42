using WorkerFleet.Cli.Doctor;

namespace WorkerFleet.Tests.Cli.Doctor;

/// <summary>A situation in which something has to be found.</summary>
/// <param name="Code">What.</param>
/// <param name="FindAsync">Makes the situation, and has it examined.</param>
internal sealed record DoctorCase(DoctorCode Code, Func<Task<IReadOnlyList<Finding>>> FindAsync)
{
    public static DoctorCase Of(DoctorCode code, IDoctorCheck check) => new(code, () => RunAsync(check));

    public static Task<IReadOnlyList<Finding>> RunAsync(IDoctorCheck check) =>
        Examination.RunAsync([check], DoctorRequest.LookOnly, FixedTime.Instance, CancellationToken.None);
}
