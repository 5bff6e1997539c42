using System.Text.Json;

namespace WorkerFleet.Cli.Doctor;

/// <summary>What the doctor is asked to do beyond looking.</summary>
/// <param name="Only">Ids of the checks to make; empty for all.</param>
/// <param name="Invoke">What each agent is invoked with, once; null for not at all, since a call costs.</param>
/// <param name="Permissions">Whether to try what the role may do, by records and objects of the doctor's own.</param>
internal sealed record DoctorRequest(IReadOnlySet<string> Only, JsonElement? Invoke = null, bool Permissions = false)
{
    public static readonly DoctorRequest LookOnly = new(new HashSet<string>());
}
