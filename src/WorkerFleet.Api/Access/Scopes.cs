namespace WorkerFleet.Api.Access;

/// <summary>What a caller may do; also the names of the policies of authorization. Each is granted by itself.</summary>
public static class Scopes
{
    /// <summary>Look at everything of the owner's batches, their inputs and outputs included.</summary>
    public const string Read = "read";

    /// <summary>Submit batches.</summary>
    public const string Submit = "submit";

    /// <summary>Pause, resume, cancel, change limits, replay, archive.</summary>
    public const string Operate = "operate";

    public static IReadOnlyList<string> All { get; } = [Read, Submit, Operate];
}
