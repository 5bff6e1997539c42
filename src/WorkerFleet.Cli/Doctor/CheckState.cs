namespace WorkerFleet.Cli.Doctor;

internal enum CheckState
{
    Passed,

    /// <summary>Worth knowing, and no obstacle.</summary>
    Warning,

    Failed,
}
