namespace WorkerFleet.Cli.Doctor;

internal enum CheckState
{
    Passed,

    /// <summary>Worth knowing, and no obstacle.</summary>
    Warning,

    Failed,
}

/// <param name="Name">What was looked at.</param>
/// <param name="State">How it is.</param>
/// <param name="Finding">What was found and, unless it passed, what to do.</param>
internal sealed record Check(string Name, CheckState State, string Finding);
