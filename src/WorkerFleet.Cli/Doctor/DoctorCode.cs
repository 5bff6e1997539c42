namespace WorkerFleet.Cli.Doctor;

/// <summary>Something that can be wrong.</summary>
/// <param name="Code">What scripts know it by: the check's id, a dot, and a word. Never changed.</param>
/// <param name="State">How bad it is.</param>
/// <param name="Cause">Why it is so, as a rule.</param>
/// <param name="Remedy">What to do: a command, or a key to set.</param>
internal sealed record DoctorCode(string Code, CheckState State, string Cause, string Remedy);
