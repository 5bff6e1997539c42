namespace WorkerFleet.Cli.Doctor;

/// <summary>What was found by a check.</summary>
/// <param name="Code">Of the <see cref="DoctorCodes"/>; the check's id and <c>.ok</c> for what passed.</param>
/// <param name="Name">What was looked at, for people.</param>
/// <param name="State">How it is.</param>
/// <param name="Text">What was found, in one line.</param>
/// <param name="Cause">Why it is so; null for what passed.</param>
/// <param name="Remedy">What to do; null for what passed.</param>
internal sealed record Finding(
    string Code, string Name, CheckState State, string Text, string? Cause = null, string? Remedy = null);
