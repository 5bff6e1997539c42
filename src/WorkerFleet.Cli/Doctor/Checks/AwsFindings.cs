using WorkerFleet.Aws;

namespace WorkerFleet.Cli.Doctor.Checks;

/// <summary>What failures of AWS are called that are the same for everything in it.</summary>
internal static class AwsFindings
{
    /// <param name="fault">What kind of failure.</param>
    /// <param name="denied">Its code where the role may not do it.</param>
    /// <param name="missing">Its code where what was asked for is not there.</param>
    public static DoctorCode CodeOf(AwsFault fault, DoctorCode denied, DoctorCode missing) => fault switch
    {
        AwsFault.NoCredentials => DoctorCodes.AwsCredentials,
        AwsFault.Expired => DoctorCodes.AwsExpired,
        AwsFault.Refused => DoctorCodes.AwsRefused,
        AwsFault.NoRegion or AwsFault.OtherRegion => DoctorCodes.AwsRegion,
        AwsFault.Unreachable => DoctorCodes.AwsUnreachable,
        AwsFault.ClockWrong => DoctorCodes.ClockWrong,
        AwsFault.Denied => denied,
        AwsFault.Missing => missing,
        _ => DoctorCodes.AwsFailed,
    };
}
